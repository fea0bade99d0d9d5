import type { Difference } from './contract.js';
import type { Differences } from './ec2.suite.js';

const ENCODED_TWICE: Difference = {
  documented:
    'User data is sent in base64, which an SDK may encode for its caller ("ModifyInstanceAttribute", UserData).',
  instead: 'moto decodes user data twice',
  fails: /Invalid BASE64 encoding of user data/,
};

/** Where moto 5.2 differs from AWS's documentation, as the contract suite has found. */
export const MOTO_DIFFERENCES: Differences = {
  'the same client token launches once': {
    documented:
      'A repeated RunInstances with the same client token returns the instance of the first ("Ensuring idempotency in Amazon EC2 API requests").',
    instead: 'moto launches another instance each time',
    fails: /Object\.is equality/,
  },
  'the same client token with another request is a failure': {
    documented: 'IdempotentParameterMismatch ("Error codes for the Amazon EC2 API").',
    instead: 'moto does not compare requests by client token',
    fails: /resolved instead of rejected[^]*"kind": "launched"/,
  },
  'a plan without capacity is refused, and no other plan': {
    documented: 'InsufficientInstanceCapacity ("Error codes for the Amazon EC2 API").',
    instead: 'moto has no capacity that could run out',
    fails: /"kind": "launched"/,
  },
  'a dry run with an image that does not exist is a failure': {
    documented: 'AWS documents a dry run as a check of permissions alone; in practice EC2 refuses unknown ids as well.',
    instead: 'moto answers DryRunOperation without reading the request',
    fails: /resolved instead of rejected/,
  },
  'a launched instance is not listed at first, and terminating it reports it as unknown': {
    documented:
      'The EC2 API is eventually consistent: a new instance may not be found at first ("Eventual consistency in the Amazon EC2 API").',
    instead: 'moto lists an instance at once',
    fails: /toEqual[^]*Array \[\]/,
  },
  'the network interface carries the tags, also of a spot instance': {
    documented: 'RunInstances tags the network interface that it creates ("TagSpecifications").',
    instead: 'moto creates the interface without tags',
    fails: /"Name": "contract"[^]*Object \{\}/,
  },
  'the spot request of an instance is found by its tags': {
    documented: 'RunInstances tags the spot request that it creates ("TagSpecification", spot-instances-request).',
    instead: 'moto creates no spot request for an instance',
    fails: /Received[^]*Array \[\]/,
  },
  'an open spot request is cancelled, and cancelling it twice succeeds': {
    documented: 'A request stays open until there is capacity ("Spot Instance request states").',
    instead: 'moto has capacity at once, and every request is active',
    fails: /"state": "active"/,
  },
  'cancelling a spot request that does not exist succeeds': {
    documented: 'InvalidSpotInstanceRequestID.NotFound ("Error codes for the Amazon EC2 API").',
    instead: 'moto fails with HTTP 500',
    fails: /no usable answer/,
  },
  'an instance with new user data terminates at its next power-off': ENCODED_TWICE,
  'a running instance keeps its user data': ENCODED_TWICE,
  'a terminated instance gets no new user data': ENCODED_TWICE,
  'an unknown instance gets no new user data': ENCODED_TWICE,
  'a terminated instance cannot be started': {
    documented: 'IncorrectInstanceState ("Error codes for the Amazon EC2 API").',
    instead: 'moto starts a terminated instance',
    fails: /"kind": "resumed"/,
  },
  'an unknown instance cannot be tagged': {
    documented: 'InvalidInstanceID.NotFound ("Error codes for the Amazon EC2 API").',
    instead: 'moto tags any id',
    fails: /Received: .*"tagged"/,
  },
  'a start without capacity is refused and leaves the instance stopped': {
    documented: 'InsufficientInstanceCapacity, also to StartInstances ("Error codes for the Amazon EC2 API").',
    instead: 'moto has no capacity that could run out',
    fails: /"kind": "resumed"/,
  },
  'the console of a fresh or unknown instance is empty': {
    documented: 'GetConsoleOutput has no Output until the instance has written to its console ("GetConsoleOutput").',
    instead: 'moto returns the same invented boot log for every instance at once',
    fails: /Linux version/,
  },
  'the same client token creates one volume': {
    documented:
      'A repeated CreateVolume with the same client token returns the volume of the first ("Ensuring idempotency in Amazon EC2 API requests").',
    instead: 'moto creates another volume each time',
    fails: /Object\.is equality/,
  },
  'a data volume that an instance holds is in use for another one': {
    documented: 'VolumeInUse ("Error codes for the Amazon EC2 API").',
    instead: 'moto takes the volume from the first instance',
    fails: /Received: .*"attached"/,
  },
};
