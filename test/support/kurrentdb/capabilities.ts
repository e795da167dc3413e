// What a node says of itself: the methods it has, and the members of its cluster.
import { features, gossip, uuidOf } from './messages.js';

export interface Member {
  id: string;
  host: string;
  port: number;
  alive: boolean;
  leader: boolean;
}

const STREAMS = 'event_store.client.streams.streams';

/** Method, and the features of it that a client may ask for. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  batchappend: ['deadline_duration'],
  append: [],
  read: ['position', 'events'],
  delete: [],
  tombstone: [],
};

export function supportedMethods(
  version: string,
  names: readonly string[] = Object.keys(METHODS),
): InstanceType<typeof features.SupportedMethods> {
  const answer = new features.SupportedMethods();
  answer.setEventStoreServerVersion(version);
  for (const name of names) {
    const method = new features.SupportedMethod();
    method.setServiceName(STREAMS);
    method.setMethodName(name);
    method.setFeaturesList([...(METHODS[name] ?? [])]);
    answer.addMethods(method);
  }
  return answer;
}

export function clusterInfo(members: readonly Member[]): InstanceType<typeof gossip.ClusterInfo> {
  const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
  const answer = new gossip.ClusterInfo();
  for (const { id, host, port, alive, leader } of members) {
    const endpoint = new gossip.EndPoint();
    endpoint.setAddress(host);
    endpoint.setPort(port);
    const member = new gossip.MemberInfo();
    member.setInstanceId(uuidOf(id));
    member.setTimeStamp('0');
    member.setState(leader ? LEADER : FOLLOWER);
    member.setIsAlive(alive);
    member.setHttpEndPoint(endpoint);
    answer.addMembers(member);
  }
  return answer;
}
