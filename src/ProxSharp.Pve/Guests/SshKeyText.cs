namespace ProxSharp.Pve.Guests;

/// <summary>The text form of SSH keys in a VM's configuration.</summary>
internal static class SshKeyText
{
    // Proxmox: the option holds percent-encoded text; the form encoding of a call comes on top of it. A plus sign is never a space here.
    public static string Encode(IEnumerable<string> keys) => Uri.EscapeDataString(string.Join('\n', keys.Select(static key => key.Trim())));

    public static IReadOnlyList<string> Decode(string text) =>
        Uri.UnescapeDataString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
