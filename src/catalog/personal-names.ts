/**
 * What a member's name tells of its value: the lists behind every sealing policy. Names are compared in snake_case without a leading `$`,
 * and the personal ones also without their underscores: `firstName`, `first-name` and `FIRSTNAME` are one.
 */

/** Kinds of names, as bits. */
export const PERSONAL = 1;
/** A string here is sealed unless it is an id, a type, a currency or a country: an address, a person. */
export const PERSON = 2;
/** Members are named by the shop, so they may hold anything: sealed unless listed. */
export const FREE_FORM = 4;
/** Something that is sold or a piece of software: its `name` is nobody's. */
export const THING = 8;
/** `name` and `nickname`, which are personal but for those of a thing. */
export const NAME = 16;
/** Open wherever it stands, if the value has the shape of an id. */
export const ID = 32;
/** Open in free-form places, if the value has the shape of an id. */
export const LISTED = 64;
/** Open in free-form places only as a number: a form's `value` may be a name. */
export const NUMERIC = 128;
/** An address of a page: open unless its query holds something personal. */
export const PAGE = 256;
/** A link that opens without signing in, so that whoever has it sees the person. */
export const BEARER_LINK = 512;
/** Day, month and year are those of a birth below `dob`. */
export const BIRTH = 1024;

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

// Whole names, without underscores.
const personal = words(`
  email mail emails emailaddress useremail correo
  name firstname lastname middlename maidenname fullname givenname familyname surname forename username displayname nickname legalname
  alias initials salutation handle cashtag vorname nachname nom prenom nombre apellido apellidos cognome voornaam achternaam
  phone phones phonenumber mobile mobilenumber mobilephone cell cellphone tel telephone telefon telefono fax whatsapp msisdn
  line1 line2 line3 line4 address1 address2 address3 address4 street street1 street2 streetname streetnumber housenumber strasse
  addressline addressline1 addressline2 addressline3 addresscity addressstate addresszip addresspostalcode
  city town suburb district sublocality dependentlocality postalcode postcode zip zipcode plz apartment
  latitude longitude lat lng lon geo geolocation coordinates location
  ip ips ipaddress ipaddr ipv4 ipv6 clientip remoteaddr remoteaddress xforwardedfor purchaseip useragent ua rawuseragent
  description note notes message messages comment comments memo giftmessage text body content title subject footer greeting engraving
  bio about feedback review answer question instructions deliveryinstructions specialinstructions
  birth birthday birthdate birthplace dob dateofbirth age gender sex pronouns nationality religion maritalstatus
  password passwd pass pwd passphrase pin otp token accesstoken refreshtoken authtoken idtoken sessiontoken
  secret clientsecret secretkey privatekey apikey apisecret writekey credentials cookie cookies signature
  vat vatid vatnumber vatin taxid taxnumber taxids ssn ssnlast4 socialsecuritynumber nationalid idnumber personalid passport passportnumber
  passportid driverslicense driverlicense licensenumber licenseplate cpf cnpj nif nie curp rfc tin itin ein sin nino personalnumber
  iban accountnumber routingnumber sortcode bsb clabe cardnumber pan cvc cvv bban
  avatar photo picture pictureurl photourl avatarurl selfie advertisingid idfa idfv gaid aaid imei macaddress
  emailid mailid addressid signedby
`);

// The last word of a longer name: `billing_name`, `work_phone`, `home_address`, `customer_ip`.
const personalEnds = words(`
  email mail name surname nickname username phone mobile telephone fax street city zip postcode address ip note notes message comment
  comments memo description birthday birthdate dob gender password passwd secret token ssn iban latitude longitude signature
`);

// Anywhere in a longer name: `email_sha256`, `phone_home`, `password_hint`, `address_line1`.
const personalWords = words(
  'email phone password passwd passphrase birth birthday ssn passport address iban surname lastname firstname',
);

// Words that turn a personal word into a harmless one: `address_line1_check`, `phone_number_collection`, `email_verified`, `token_type`.
const harmlessEnds = words(`
  check checks collection verified type status state count enabled required version at on id ids object currency country format
  requirement source kind provider domain opt optin consent matched
`);

// Names that end like personal ones and are nobody's: the last is one of Stripe's own sentences.
const openNames = words(`
  event_name product_name plan_name price_name brand_name campaign_name category_name coupon_name promotion_name variant_name item_name
  app_name library_name lib_name browser_name os_name page_name experiment_name feature_name flag_name currency_name country_name
  service_name network_name carrier_name provider_name integration_name source_name tier_name sku_name ad_name adset_name list_name
  bank_name payment_method_name store_name shop_name department_name type_name display_brand_name geoip_country_name seller_message
`);

const person = words(`
  address addresses billing_address shipping_address billing shipping billing_details customer_details shipping_details owner individual
  person persons people payer payer_details recipient receiver sender buyer shopper beneficiary cardholder contact contacts
  customer_address customer_shipping home_address work_address registered_address delivery_address verified_address support_address
  address_kana address_kanji tax_ids customer_tax_ids tax_id_data custom_fields evidence dob birth employee patient guest
  verified_outputs fraud_details supportability delivery_details delivery pickup
`);

const freeForm = words(`
  metadata properties traits user_properties person_properties group_properties set set_once custom custom_attributes attributes
  extra extras params parameters query labels tags
`);

const things = words(`
  library lib os app campaign browser product products price prices plan plans items item coupon promotion_code promotion discount
  discounts tax_rate tax_rates shipping_rate feature features network brand category categories experiment theme merchant_data
`);

const ids = words('id ids uuid object currency type country status exempt');

const listed = words(`
  key sku plan version currency type status source medium campaign term quantity qty amount total subtotal revenue price tax shipping
  discount coupon country device browser platform os lib library channel method mode env environment tier variant interval locale language
  languages lang timezone count percent percentage rate level stage step position index category brand model manufacturer width height
  density size currency_code country_code content_type event kind action result code reason name_key number_of plan_interval
  timestamp time date created updated sent received started ended expires engine arch bot mobile_app utm click_id clid
  order invoice cart checkout session subscription product order_number invoice_number receipt_number reference_number
  ref gclid wbraid gbraid dclid msclkid fbclid ttclid twclid li_fat_id affiliation group role
`);

const numeric = words('value values score points balance');

const pages = words(`
  url uri href link page referrer referer landing_page path pathname search host hostname domain
  canonical website icon logo
`);

// The last word of a longer name: `success_url`, `$initial_referring_domain`.
const pageEnds = words('url uri host hostname domain pathname referrer');

const bearerLinks = words(
  'receipt_url hosted_invoice_url invoice_pdf hosted_verification_url mobile_auth_url hosted_voucher_url pdf',
);

const birth = words('day month year');

/** The kinds of a name. Remembered, because the same few hundred names come again and again. */
export function kindsOf(name: string): number {
  const known = memory.get(name);
  if (known !== undefined) return known;
  const kinds = classify(name);
  if (memory.size >= MEMORY_MAX) memory.clear();
  if (name.length <= NAME_LENGTH_MAX) memory.set(name, kinds);
  return kinds;
}

const MEMORY_MAX = 5_000; // names
const NAME_LENGTH_MAX = 40; // characters; longer ones may be slices that keep a whole text alive
const memory = new Map<string, number>();

/** `firstName`, `First Name` and `$first-name` are `first_name`; accents are left out. */
export function snakeCase(name: string): string {
  return name
    .slice(0, 200)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]{1,50})([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
}

/** The kinds of a name that is not worth remembering. */
export function classify(written: string): number {
  const name = snakeCase(written);
  const parts = name.split('_');
  const last = parts.at(-1)!;
  let kinds = 0;
  if (isPersonal(name, parts)) kinds |= PERSONAL;
  if (last === 'name' || last === 'nickname') kinds |= NAME;
  if (person.has(name)) kinds |= PERSON;
  if (freeForm.has(name)) kinds |= FREE_FORM;
  if (things.has(name)) kinds |= THING;
  if (ids.has(last)) kinds |= ID | LISTED;
  if (listed.has(last) || listed.has(name) || openNames.has(name) || name.startsWith('utm_')) kinds |= LISTED;
  if (numeric.has(last)) kinds |= NUMERIC;
  if (pages.has(name) || (parts.length > 1 && pageEnds.has(last))) kinds |= PAGE;
  if (bearerLinks.has(name) || name.startsWith('hosted_')) kinds |= BEARER_LINK;
  if (birth.has(name)) kinds |= BIRTH;
  return kinds;
}

const SQUASHED_END =
  /(?:email|emailaddress|phonenumber|firstname|lastname|fullname|username|password|useragent|ipaddress|zipcode|postalcode|postcode)$/;

function isPersonal(name: string, parts: readonly string[]): boolean {
  const squashed = parts.join('');
  if (personal.has(squashed)) return true;
  if (openNames.has(name)) return false;
  const last = parts.at(-1)!;
  if (parts.length > 1 && harmlessEnds.has(last)) return false;
  return (
    personalEnds.has(last.replace(/\d+$/, '')) ||
    SQUASHED_END.test(squashed) ||
    parts.some((part) => personalWords.has(part.replace(/\d+$/, '')))
  );
}
