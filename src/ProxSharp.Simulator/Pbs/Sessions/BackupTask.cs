using ProxSharp.Backup.Formats;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>The server's task behind a backup session, with its log. Runs until the session ends.</summary>
internal sealed class BackupTask
{
    private const string NotFinished = "backup ended but finished flag is not set.";

    private readonly SessionContext _context;
    private readonly SimulatedTask _task;
    private readonly bool _isVerbose;
    private readonly bool _isBenchmark;
    private bool _isFinished;

    /// <summary>Starts the task; called under the state's gate.</summary>
    public BackupTask(SessionContext context, string type, bool isVerbose, Action breaker)
    {
        (_context, _isVerbose, _isBenchmark) = (context, isVerbose, type == "benchmark");
        string id = $"{context.Store.Name}:{context.Snapshot.Group.Folder}";
        _task = context.State.Tasks.Start(new TaskRequest(context.State.NodeName, type, id, context.Caller.AuthId)
        {
            OnAbort = breaker,
            Work = _ =>
            {
                if (!_isFinished)
                {
                    throw ApiFault.Failed(NotFinished);
                }
            },
        });
        _task.Hold();
        _task.Write($"starting new {type} on datastore '{context.Store.Name}' from ::ffff:127.0.0.1: \"{context.Snapshot.Folder}\"");
        Debug("protocol upgrade done");
    }

    public void Write(string line)
    {
        lock (_context.State.Gate)
        {
            _task.Write(line);
        }
    }

    /// <summary>Writes a line if the client asked for all of them.</summary>
    public void Debug(string line)
    {
        if (_isVerbose)
        {
            Write(line);
        }
    }

    /// <summary>Tells about an index that was closed.</summary>
    public void Closed(IndexWriter writer, Guid uuid, Sha256Digest checksum, long size)
    {
        UploadCount uploads = writer.Uploads;
        Write($"Upload statistics for '{writer.Name}'");
        Write($"UUID: {uuid:N}");
        Write($"Checksum: {checksum}");
        Write(FormattableString.Invariant($"Size: {size}"));
        Write(FormattableString.Invariant($"Chunk count: {writer.Appended}"));
        if (size > 0 && writer.Appended > 0)
        {
            Write(FormattableString.Invariant($"Upload size: {uploads.Size} ({uploads.Size * 100 / size}%)"));
            long reused = Math.Max(0, writer.Appended - uploads.Count);
            if (reused + uploads.Duplicates > 0)
            {
                Write(FormattableString.Invariant($"Duplicates: {reused}+{uploads.Duplicates} ({(reused + uploads.Duplicates) * 100 / writer.Appended}%)"));
            }
        }

        if (uploads.Size > 0)
        {
            Write(FormattableString.Invariant($"Compression: {uploads.CompressedSize * 100 / uploads.Size}%"));
        }

        Write(FormattableString.Invariant($"successfully closed {writer.Kind} index {writer.Id}"));
    }

    /// <summary>Ends the task; called under the state's gate.</summary>
    public void End(bool isFinished)
    {
        _isFinished = isFinished || _isBenchmark;
        if (!_task.IsRunning)
        {
            return;
        }

        if (_isBenchmark)
        {
            _task.Write("benchmark finished successfully");
        }
        else if (isFinished)
        {
            _task.Write("backup finished successfully");
        }
        else
        {
            _task.Write($"backup ended and finish failed: {NotFinished}");
            _task.Write("removing unfinished backup");
        }

        _context.State.Tasks.FinishNow(_task);
    }
}
