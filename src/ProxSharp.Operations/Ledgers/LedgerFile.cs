using System.Security.Cryptography;
using System.Text.Json;

namespace ProxSharp.Operations.Ledgers;

/// <summary>
/// The lines of the ledger. A guard looks at it many times for each change, and it only grows: what was read once is kept, and read anew only where other bytes
/// stand in the file. Safe for several threads.
/// </summary>
internal sealed class LedgerFile(string path)
{
    private readonly Lock _gate = new();
    private readonly List<LedgerLine> _lines = [];
    private byte[] _hash = [];
    private int _length;

    /// <summary>
    /// Returns all lines, oldest first; those that were there at the last call are the same objects. And whether the last one has its end, as each that was
    /// written whole has.
    /// </summary>
    /// <exception cref="TornLedgerException">A line is no entry.</exception>
    public (LedgerLine[] Lines, bool IsEnded) Read()
    {
        lock (_gate)
        {
            byte[] text = File.Exists(path) ? PrivateFiles.WhenFree(() => RegularFiles.ReadBytes(path)) : [];
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            if (!Stands(text, hash))
            {
                _lines.Clear();
                _length = 0;
            }

            int known = _length;
            LedgerLine? open = Take(text);
            hash.AppendData(text, known, _length - known);
            _hash = hash.GetCurrentHash();
            return open is null ? ([.. _lines], true) : ([.. _lines, open], false);
        }
    }

    // Leaves the hash at what is known, or fresh where that is nothing any more.
    private bool Stands(byte[] text, IncrementalHash hash)
    {
        if (text.Length < _length)
        {
            return false;
        }

        hash.AppendData(text, 0, _length);
        if (_length == 0 || hash.GetCurrentHash().AsSpan().SequenceEqual(_hash))
        {
            return true;
        }

        hash.GetHashAndReset();
        return false;
    }

    // Returns a last line without an end, which is not kept: it may still grow.
    private LedgerLine? Take(byte[] text)
    {
        while (_length < text.Length)
        {
            int end = Array.IndexOf(text, (byte)'\n', _length);
            LedgerLine line = Parse(text.AsMemory(_length, (end < 0 ? text.Length : end) - _length));
            if (end < 0)
            {
                return line;
            }

            _lines.Add(line);
            _length = end + 1;
        }

        return null;
    }

    private LedgerLine Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return LedgerLine.Parse(line);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            LedgerLine[] before = [.. _lines];
            _lines.Clear();
            _length = 0;
            throw new TornLedgerException(before, e);
        }
    }
}
