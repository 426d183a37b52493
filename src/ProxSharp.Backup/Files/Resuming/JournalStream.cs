using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Files.Resuming;

/// <summary>An archive on its way to its reader, seen by a recorder.</summary>
internal sealed class JournalStream(Stream inner, JournalRecorder recorder) : ObservedStream(inner)
{
    protected override void OnRead(long position, ReadOnlySpan<byte> bytes) => recorder.Take(position, bytes);

    protected override void OnSeek(long position) => recorder.Skip(position);
}
