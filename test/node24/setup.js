import { installNode24 } from '../../scripts/node24/install.mjs';

/** jest's `globalSetup` for suites that find programs on PATH as usual. */
export default function setUp() {
  installNode24();
}
