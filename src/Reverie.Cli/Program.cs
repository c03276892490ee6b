using System.Runtime.InteropServices;
using Reverie.Cli;

// The first Ctrl-C (or a polite kill) asks the work to end, which keeps what is done; the second one ends the process at once.
using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);

return await Application.RunAsync(args, CommandConsole.OfProcess(), cancellation.Token);

void Ask(PosixSignalContext signal)
{
    if (cancellation.IsCancellationRequested) return;
    signal.Cancel = true;
    cancellation.Cancel();
}
