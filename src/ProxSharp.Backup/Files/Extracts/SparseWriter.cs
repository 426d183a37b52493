using ProxSharp.Backup.Files.Targets;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>Writes content in order, and leaves blocks of zeros out where holes are wanted.</summary>
internal sealed class SparseWriter(ITargetFile file, bool sparse)
{
    private const int BlockSize = 4096;

    private readonly ITargetFile _file = file;
    private readonly bool _sparse = sparse;
    private long _written;

    /// <summary>How many bytes came so far.</summary>
    internal long Position { get; private set; }

    internal void Write(ReadOnlySpan<byte> data)
    {
        int start = 0;
        for (int at = 0; _sparse && at < data.Length;)
        {
            int length = Math.Min(data.Length - at, BlockSize - (int)((Position + at) % BlockSize));
            if (!data.Slice(at, length).ContainsAnyExcept((byte)0))
            {
                WriteData(data, start, at);
                start = at + length;
            }

            at += length;
        }

        WriteData(data, start, data.Length);
        Position += data.Length;
    }

    /// <summary>Gives the file its length, if it ends with a hole.</summary>
    internal void Finish()
    {
        if (_written < Position)
            _file.SetLength(Position);
    }

    private void WriteData(ReadOnlySpan<byte> data, int start, int end)
    {
        if (end <= start)
            return;
        _file.Write(Position + start, data[start..end]);
        _written = Position + end;
    }
}
