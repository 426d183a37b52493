using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Ids;
using ProxSharp.Pbs;

namespace ProxSharp.Backup.Protocol;

/// <summary>Opens the connection of a session: an ordinary call of the client, with its credentials and trust, that the server answers with 101.</summary>
internal static class SessionOpener
{
    private const string StillRunning = "another backup is already running";

    private static readonly ApiOperation s_backup = new(ApiMethod.Get, "/backup");
    private static readonly ApiOperation s_reader = new(ApiMethod.Get, "/reader");
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan s_lastPause = TimeSpan.FromSeconds(1.6);

    /// <summary>Opens a session that writes a snapshot.</summary>
    public static Task<IBackupChannel> OpenWriterAsync(
        Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot, WriterSessionOptions options, CancellationToken cancellationToken)
    {
        ApiParameters parameters = Parameters(store, folder, snapshot, options.Debug);

        // Proxmox: older servers refuse parameters they do not know, so what is not asked for is not sent.
        parameters.Add("benchmark", options.Benchmark ? true : null);
        parameters.Add("no-cache", options.NoCache ? true : null);
        Target target = new(store, s_backup, "proxmox-backup-protocol-v1", $"the backup of {snapshot}", $"start the backup of {snapshot}");
        return OpenAsync(target, parameters, cancellationToken);
    }

    /// <summary>Opens a session that reads a snapshot.</summary>
    public static Task<IBackupChannel> OpenReaderAsync(
        Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot, bool debug, CancellationToken cancellationToken)
    {
        Target target = new(store, s_reader, "proxmox-backup-reader-protocol-v1", $"the reader of {snapshot}", $"open {snapshot} for reading");
        return OpenAsync(target, Parameters(store, folder, snapshot, debug), cancellationToken);
    }

    private static ApiParameters Parameters(Datastore store, BackupNamespace folder, BackupSnapshotPath snapshot, bool debug)
    {
        ApiParameters parameters = new(8);
        parameters.Add("backup-type", snapshot.Group.Type.ToString());
        parameters.Add("backup-id", snapshot.Group.Id);
        parameters.Add("backup-time", snapshot.Time.ToUnixTimeSeconds());
        parameters.Add("store", store.Name.ToString());
        parameters.Add("ns", folder.IsRoot ? null : folder.ToString());
        parameters.Add("debug", debug ? true : null);
        return parameters;
    }

    private static async Task<IBackupChannel> OpenAsync(Target target, ApiParameters parameters, CancellationToken cancellationToken)
    {
        PbsClient client = target.Store.Client;
        TimeProvider time = client.Options.TimeProvider;
        ApiCallOptions options = new() { Action = $"{target.Action} in {target.Store}" };
        for (TimeSpan pause = s_firstPause; ; pause *= 2)
        {
            try
            {
                UpgradedConnection connection = await client.UpgradeAsync(target.Operation, parameters, target.Protocol, options, cancellationToken)
                    .ConfigureAwait(false);
                return await Http2Channel.StartAsync(connection, target.Session, time, cancellationToken).ConfigureAwait(false);
            }
            catch (ProxmoxConflictException busy) when (pause < s_lastPause && busy.ServerMessage.Contains(StillRunning, StringComparison.Ordinal))
            {
                // Proxmox: the server learns of the end of a connection a moment later, and until then the group stays locked by the backup before.
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What is opened, and how it is worded.</summary>
    private sealed record Target(Datastore Store, ApiOperation Operation, string Protocol, string Session, string Action);
}
