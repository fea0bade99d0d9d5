import type { Difference } from './contract.js';
import type { Differences } from './ec2.suite.js';

const ENCODED_TWICE: Difference = {
  documented: 'User data travels in base64, which an SDK may do for its caller ("ModifyInstanceAttribute", UserData).',
  instead: 'moto decodes what the SDK has encoded, and wants base64 below it',
  fails: /Invalid BASE64 encoding of user data/,
};

/** Where moto 5.2 differs from documented AWS behaviour, found by the contract suite. */
export const MOTO_DIFFERENCES: Differences = {
  'the same client token launches once': {
    documented:
      'A repeated RunInstances with the same client token returns the instance of the first ("Ensuring idempotency in Amazon EC2 API requests").',
    instead: 'moto launches another instance each time',
    fails: /Object\.is equality/,
  },
  'the same client token for another request is a failure': {
    documented: 'IdempotentParameterMismatch ("Error codes for the Amazon EC2 API").',
    instead: 'moto does not compare requests by client token',
    fails: /resolved instead of rejected[^]*"kind": "launched"/,
  },
  'an empty pool refuses its own plan and no other': {
    documented: 'InsufficientInstanceCapacity ("Error codes for the Amazon EC2 API").',
    instead: 'moto has no capacity that could run out',
    fails: /"kind": "launched"/,
  },
  'a dry run with an image that does not exist is a failure': {
    documented:
      'AWS documents a dry run as a check of permissions alone; in practice EC2 refuses ids it does not know as well.',
    instead: 'moto answers DryRunOperation before it looks at the request',
    fails: /resolved instead of rejected/,
  },
  'a fresh instance is absent at first, and unknown to terminate': {
    documented:
      'The EC2 API is eventually consistent: a new instance may not be found at first ("Eventual consistency in the Amazon EC2 API").',
    instead: 'moto shows an instance at once',
    fails: /toEqual[^]*Array \[\]/,
  },
  'the network interface carries the tags, also of a spot instance': {
    documented: 'RunInstances tags the network interface that it makes ("TagSpecifications").',
    instead: 'moto makes the interface without tags',
    fails: /"Name": "contract"[^]*Object \{\}/,
  },
  'a spot instance’s request is found by its tags': {
    documented: 'RunInstances tags the spot request that it makes ("TagSpecification", spot-instances-request).',
    instead: 'moto makes no spot request for an instance',
    fails: /Received[^]*Array \[\]/,
  },
  'an open spot request is cancelled, and cancelling it twice succeeds': {
    documented: 'A request stays open until there is capacity ("Spot Instance request states").',
    instead: 'moto has capacity at once, and every request is active',
    fails: /"state": "active"/,
  },
  'a spot request that does not exist is cancelled without a word': {
    documented: 'InvalidSpotInstanceRequestID.NotFound ("Error codes for the Amazon EC2 API").',
    instead: 'moto fails with HTTP 500',
    fails: /no usable answer/,
  },
  'one that was given another payload ends with its next power-off': ENCODED_TWICE,
  'one that is on keeps its user data': ENCODED_TWICE,
  'one that has ended takes no payload': ENCODED_TWICE,
  'one that EC2 does not know takes no payload': ENCODED_TWICE,
  'one that has ended cannot be started': {
    documented: 'IncorrectInstanceState ("Error codes for the Amazon EC2 API").',
    instead: 'moto starts a terminated instance',
    fails: /"kind": "resumed"/,
  },
  'one that EC2 does not know cannot be tagged': {
    documented: 'InvalidInstanceID.NotFound ("Error codes for the Amazon EC2 API").',
    instead: 'moto tags whatever it is told to',
    fails: /Received: .*"tagged"/,
  },
  'one for which there is no room is refused its start, and stays as it is': {
    documented: 'InsufficientInstanceCapacity, also to StartInstances ("Error codes for the Amazon EC2 API").',
    instead: 'moto has no capacity that could run out',
    fails: /"kind": "resumed"/,
  },
  'the console of a fresh or unknown instance is empty': {
    documented: 'GetConsoleOutput has no Output until the instance has posted some ("GetConsoleOutput").',
    instead: 'moto answers the same made-up boot log for every instance at once',
    fails: /Linux version/,
  },
};
