using System.Text;

namespace ProxSharp.Simulator.Guests;

/// <summary>What the guest agent can see in a machine.</summary>
internal sealed class GuestInside
{
    public bool IsFrozen { get; set; }

    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public Dictionary<int, GuestProcess> Processes { get; } = [];

    /// <summary>The content of a file; null if there is none.</summary>
    public byte[]? Read(Guest guest, string file) => Files.GetValueOrDefault(file) ?? file switch
    {
        "/etc/hostname" => Encoding.UTF8.GetBytes(guest.Name + "\n"),
        "/etc/os-release" => "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nID=debian\nVERSION_ID=\"13\"\n"u8.ToArray(),
        "/etc/passwd" => "root:x:0:0:root:/root:/bin/bash\n"u8.ToArray(),
        _ => null,
    };
}
