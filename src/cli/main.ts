/**
 * The executable. The only file that ends the process or touches its streams' errors; everything else returns exit codes and
 * throws. What needs no command (help, version) is answered before anything heavy is imported.
 */
import { help, version } from './help.ts';

const args = process.argv.slice(2);

// A reader that went away (`mint-bench list | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

if (args.length === 1 && ['--help', '-h', 'help'].includes(args[0])) {
  process.stdout.write(help());
} else if (args.length === 1 && args[0] === '--version') {
  process.stdout.write(`${version()}\n`);
} else {
  const { dispatch } = await import('./dispatch.ts');
  process.exitCode = await dispatch(args, (code) => process.exit(code));
}
