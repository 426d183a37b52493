using System.Buffers.Text;
using System.Text;

namespace ProxSharp.Http;

/// <summary>Reads the head of an HTTP/1.1 response as far as its framing and its Connection headers go, and repairs the latter in place.</summary>
internal static class ResponseHead
{
    /// <summary>With these bytes begins every head that is understood here.</summary>
    public static ReadOnlySpan<byte> Start => "HTTP/1.1 "u8;

    /// <summary>Finds the end of a head: the index behind its empty line, or -1 if it is not complete.</summary>
    /// <param name="data">The bytes from the start of the head.</param>
    /// <param name="from">Where to go on looking; what lies before holds no end.</param>
    public static int FindEnd(ReadOnlySpan<byte> data, int from)
    {
        while (from < data.Length && data[from..].IndexOf((byte)'\n') is int found and >= 0)
        {
            int next = from + found + 1;
            if (data[next..].StartsWith("\r\n"u8))
            {
                return next + 2;
            }

            if (data[next..].StartsWith("\n"u8))
            {
                return next + 1;
            }

            from = next;
        }

        return -1;
    }

    /// <summary>
    /// Reads a complete head. If its Connection headers say both <c>close</c> and <c>Keep-Alive</c> although the answer is no error and its end
    /// is known, every <c>close</c> is overwritten with spaces.
    /// </summary>
    /// <param name="head">The head with its empty line.</param>
    /// <param name="bodyLength">The length of the body; zero if there is none.</param>
    /// <returns>How the response goes on.</returns>
    public static ResponseFraming Repair(Span<byte> head, out long bodyLength)
    {
        bodyLength = 0;
        if (!TryReadStatus(head, out int status) || status == 101)
        {
            return ResponseFraming.Unknown;
        }

        Facts facts = default;
        if (!TryReadHeaders(head, ref facts))
        {
            return ResponseFraming.Unknown;
        }

        if (status < 200)
        {
            return ResponseFraming.Interim;
        }

        bool empty = status is 204 or 304;
        if (!empty && facts.Length is null)
        {
            return ResponseFraming.Unknown;
        }

        if (facts.Closes && facts.Keeps && status < 400)
        {
            EraseClose(head);
        }

        bodyLength = empty ? 0 : facts.Length!.Value;
        return ResponseFraming.Known;
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> head, out int status)
    {
        status = 0;
        ReadOnlySpan<byte> code = head.StartsWith(Start) && head.Length > Start.Length + 3 ? head.Slice(Start.Length, 3) : default;
        return Utf8Parser.TryParse(code, out status, out int used) && used == 3 && status >= 100
            && head[Start.Length + 3] is (byte)' ' or (byte)'\r' or (byte)'\n';
    }

    // False if the end of the body cannot be told for certain.
    private static bool TryReadHeaders(ReadOnlySpan<byte> head, ref Facts facts)
    {
        foreach (Range range in new Lines(head))
        {
            ReadOnlySpan<byte> line = head[range];
            if (line[0] is (byte)' ' or (byte)'\t' || IsHeader(line, "Transfer-Encoding"u8, out _))
            {
                return false;
            }

            if (IsHeader(line, "Content-Length"u8, out Range length) && !TryReadLength(line[length], ref facts))
            {
                return false;
            }

            if (IsHeader(line, "Connection"u8, out Range tokens))
            {
                ReadConnection(line[tokens], ref facts);
            }
        }

        return true;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> text, ref Facts facts)
    {
        text = text.Trim(" \t"u8);
        bool good = !text.IsEmpty && text[0] is >= (byte)'0' and <= (byte)'9' && Utf8Parser.TryParse(text, out long length, out int used)
            && used == text.Length && (facts.Length ??= length) == length;
        return good;
    }

    private static void ReadConnection(ReadOnlySpan<byte> value, ref Facts facts)
    {
        foreach (Range range in value.Split((byte)','))
        {
            ReadOnlySpan<byte> token = value[range].Trim(" \t"u8);
            facts.Closes |= Ascii.EqualsIgnoreCase(token, "close"u8);
            facts.Keeps |= Ascii.EqualsIgnoreCase(token, "keep-alive"u8);
        }
    }

    // Proxmox: pveproxy copies the "close" of the daemon behind it and adds its own "Keep-Alive", which is the one that holds.
    private static void EraseClose(Span<byte> head)
    {
        foreach (Range range in new Lines(head))
        {
            Span<byte> line = head[range];
            if (!IsHeader(line, "Connection"u8, out Range tokens))
            {
                continue;
            }

            Span<byte> value = line[tokens];
            foreach (Range token in ((ReadOnlySpan<byte>)value).Split((byte)','))
            {
                if (Ascii.EqualsIgnoreCase(((ReadOnlySpan<byte>)value[token]).Trim(" \t"u8), "close"u8))
                {
                    value[token].Fill((byte)' ');
                }
            }
        }
    }

    private static bool IsHeader(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out Range value)
    {
        value = (name.Length + 1)..line.Length;
        return line.Length > name.Length && line[name.Length] == (byte)':' && Ascii.EqualsIgnoreCase(line[..name.Length], name);
    }

    private struct Facts
    {
        public long? Length;
        public bool Closes;
        public bool Keeps;
    }

    /// <summary>The header lines of a head without line ends; the status line and the empty line are left out.</summary>
    private ref struct Lines(ReadOnlySpan<byte> head)
    {
        private readonly ReadOnlySpan<byte> _head = head;
        private int _next = head.IndexOf((byte)'\n') + 1;

        public Range Current { get; private set; }

        public readonly Lines GetEnumerator() => this;

        public bool MoveNext()
        {
            int length = _head[_next..].IndexOf((byte)'\n');
            if (length < 0)
            {
                return false;
            }

            int end = _next + length;
            int trimmed = end > _next && _head[end - 1] == (byte)'\r' ? end - 1 : end;
            Current = _next..trimmed;
            _next = end + 1;
            return trimmed > Current.Start.Value;
        }
    }
}
