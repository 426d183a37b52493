using System.Buffers.Binary;
using System.Text;

namespace ProxSharp.Json;

/// <summary>
/// Shares the strings that repeat in an answer (node names, types, states, pools...), so that a list of 20 000 guests holds each of them
/// once. A small direct-mapped table: a collision only costs the sharing. Not safe for concurrent use.
/// </summary>
internal sealed class StringPool
{
    private const int Slots = 512;
    private const int LongestShared = 32;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly string?[] _strings = new string?[Slots];
    private readonly uint[] _hashes = new uint[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }

        if (utf8.Length > LongestShared)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        uint hash = Hash(utf8);
        ref string? slot = ref _strings[hash % Slots];
        ref uint slotHash = ref _hashes[hash % Slots];
        if (slot is not null && slotHash == hash && IsSame(slot, utf8))
        {
            return slot;
        }

        slotHash = hash;
        return slot = Encoding.UTF8.GetString(utf8);
    }

    private static bool IsSame(string text, ReadOnlySpan<byte> utf8)
    {
        if (text.Length != utf8.Length)
        {
            // Only plain ASCII is shared: one byte, one character.
            return false;
        }

        return Ascii.Equals(utf8, text);
    }

    // Eight bytes a step: hashing must cost less than making the string.
    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        ulong hash = (ulong)utf8.Length * Multiplier;
        while (utf8.Length >= sizeof(ulong))
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8)) * Multiplier;
            hash ^= hash >> 29;
            utf8 = utf8[sizeof(ulong)..];
        }

        ulong rest = 0;
        foreach (byte value in utf8)
        {
            rest = (rest << 8) | value;
        }

        hash = (hash ^ rest) * Multiplier;
        return (uint)(hash >> 32);
    }
}
