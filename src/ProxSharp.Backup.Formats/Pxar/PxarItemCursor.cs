namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Walks over the items in a window of an archive, and says how long the window must be where it ends too early.</summary>
internal ref struct PxarItemCursor(ReadOnlySpan<byte> window, long position)
{
    private readonly ReadOnlySpan<byte> _window = window;
    private readonly long _position = position;

    /// <summary>How many bytes of the window are used.</summary>
    internal int Consumed { get; private set; }

    /// <summary>The length that the window must have for what was just asked; only of use after a refusal.</summary>
    internal int Needed { get; private set; }

    /// <summary>Where in the archive the next item begins.</summary>
    internal readonly long Position => _position + Consumed;

    /// <summary>Reads the header of the next item and stays before it. Sizes that its type cannot have are refused.</summary>
    internal bool TryPeek(out ulong type, out long contentLength)
    {
        type = 0;
        contentLength = 0;
        if (!Has(PxarFormat.HeaderSize))
            return false;
        type = PxarFormat.ReadUInt64(_window, Consumed);
        ulong size = PxarFormat.ReadUInt64(_window, Consumed + 8);
        if (PxarFormat.ContentLength(type) is not { } limits)
            throw PxarFormat.Malformed(Position, $"{PxarFormat.Describe(type)} does not belong here");
        if (size < PxarFormat.HeaderSize || size - PxarFormat.HeaderSize is var length && (length < (ulong)limits.Least || length > (ulong)limits.Most))
            throw PxarFormat.Malformed(Position, $"the {PxarFormat.Describe(type)} cannot be {size} bytes long");
        contentLength = (long)size - PxarFormat.HeaderSize;
        return true;
    }

    /// <summary>Takes the content of the item that was just peeked at.</summary>
    internal bool TryTake(long contentLength, out ReadOnlySpan<byte> content)
    {
        content = default;
        int total = PxarFormat.HeaderSize + (int)contentLength;
        if (!Has(total))
            return false;
        content = _window.Slice(Consumed + PxarFormat.HeaderSize, (int)contentLength);
        Consumed += total;
        return true;
    }

    /// <summary>Steps over a header whose content is read apart.</summary>
    internal void SkipHeader() => Consumed += PxarFormat.HeaderSize;

    private bool Has(int count)
    {
        if (_window.Length - Consumed >= count)
            return true;
        Needed = Consumed + count;
        return false;
    }
}
