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

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        uint hash = 2166136261;
        foreach (byte value in utf8)
        {
            hash = (hash ^ value) * 16777619;
        }

        return hash ^ (hash >> 15);
    }
}
