using System.Text;

namespace ProxSharp.Pve.Agents;

/// <summary>Text as guests give it.</summary>
internal static class AgentText
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Repairs text whose bytes arrived as characters.</summary>
    /// <remarks>Proxmox: what a program writes is passed on byte by byte, so that UTF-8 from the guest is encoded twice.</remarks>
    public static string Repair(string? text)
    {
        if (text is null || Ascii.IsValid(text) || text.Any(static character => character > 0xFF))
        {
            return text ?? "";
        }

        try
        {
            return s_strict.GetString(Encoding.Latin1.GetBytes(text));
        }
        catch (DecoderFallbackException)
        {
            return text; // It was decoded already, or is another encoding that nobody can tell here.
        }
    }
}
