import { BlockList, isIP } from 'node:net'

/**
 * Networks that nothing fetched from outside may lie in: this machine, its neighbours, the addresses where clouds keep
 * their machines' credentials, and everything that is no place on the public internet. Sources: the IANA registries of
 * special-purpose addresses (RFC 6890 and its successors); 168.63.129.16 is Azure's host.
 */
const notPublicV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

/** Of IPv6 only 2000::/3 is given out at all; within it, what leads back to IPv4 or is for examples. */
const notPublicV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']

const blockedV4 = listOf(notPublicV4, 'ipv4')
const blockedV6 = listOf(notPublicV6, 'ipv6')
const givenOutV6 = listOf(['2000::/3'], 'ipv6')

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/')
    list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** Whether an address, as DNS or a URL gives it, is one on the public internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  // An IPv6 address with a zone is of this machine's own links.
  if (address.includes('%')) return false
  switch (isIP(address)) {
    case 4:
      return !blockedV4.check(address, 'ipv4')
    case 6:
      // IPv4-mapped and NAT64 addresses lie outside 2000::/3, as do loopback, link-local, unique-local and multicast.
      return givenOutV6.check(address, 'ipv6') && !blockedV6.check(address, 'ipv6')
    default:
      return false
  }
}
