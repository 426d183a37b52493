using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Receives a file that a call answers with.</summary>
internal static class Downloading
{
    /// <summary>Writes it to a file, or to standard output if that is no terminal.</summary>
    public static async Task RunAsync(
        VerbRun run, EndpointBinding binding, string path, ApiParameters parameters, string? file, CancellationToken cancellationToken)
    {
        ReceivedFile received = new(run.Command, file);
        received.CheckTarget();
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        ApiDownload download = await VerbErrors.ExplainedAsync(
            run, binding.Schema, binding.Endpoint, path, session.DownloadAsync(path, parameters, null, cancellationToken)).ConfigureAwait(false);
        await using (download.ConfigureAwait(false))
        {
            await received.ReceiveAsync(download, cancellationToken).ConfigureAwait(false);
        }
    }
}
