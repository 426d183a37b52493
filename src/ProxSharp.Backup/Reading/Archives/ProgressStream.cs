using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>Tells how far a stream was read. What is skipped counts when reading goes on behind it.</summary>
internal sealed class ProgressStream(Stream inner, ProgressReporter progress) : ObservedStream(inner)
{
    private const int Step = 1 << 20;
    private long _reported;

    protected override void OnRead(long position, ReadOnlySpan<byte> bytes)
    {
        long done = position + bytes.Length;
        if (done - _reported >= Step || done == Length)
        {
            progress.MoveTo(done);
            _reported = done;
        }
    }
}
