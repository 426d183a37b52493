using ProxSharp.Backup.Files.Targets;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>Writes content in order, and leaves blocks of zeros out where holes are wanted.</summary>
/// <param name="file">The file.</param>
/// <param name="sparse">Whether holes are wanted.</param>
/// <param name="start">How many bytes the file has already that are right.</param>
internal sealed class SparseWriter(ITargetFile file, bool sparse, long start = 0)
{
    private const int BlockSize = 4096;

    private readonly ITargetFile _file = file;
    private readonly bool _sparse = sparse;
    private long _written = start;

    /// <summary>How many bytes came so far.</summary>
    internal long Position { get; private set; } = start;

    internal void Write(ReadOnlySpan<byte> data)
    {
        int begun = 0;
        for (int at = 0; _sparse && at < data.Length;)
        {
            int length = Math.Min(data.Length - at, BlockSize - (int)((Position + at) % BlockSize));
            if (!data.Slice(at, length).ContainsAnyExcept((byte)0))
            {
                WriteData(data, begun, at);
                begun = at + length;
            }

            at += length;
        }

        WriteData(data, begun, data.Length);
        Position += data.Length;
    }

    /// <summary>Gives the file its length, if it ends with a hole.</summary>
    internal void Finish()
    {
        if (_written < Position)
            _file.SetLength(Position);
    }

    private void WriteData(ReadOnlySpan<byte> data, int from, int end)
    {
        if (end <= from)
            return;
        _file.Write(Position + from, data[from..end]);
        _written = Position + end;
    }
}
