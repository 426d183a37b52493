using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Words for the kinds of guests.</summary>
internal static class GuestKinds
{
    /// <summary>True if a guest is of the kind.</summary>
    public static bool Includes(this GuestKind kind, GuestSummary guest) => kind switch
    {
        GuestKind.Vm => guest.Type == GuestType.Qemu,
        GuestKind.Container => guest.Type == GuestType.Lxc,
        _ => true,
    };

    /// <summary>The type in the API; null for both.</summary>
    public static GuestType? Type(this GuestKind kind) => kind switch
    {
        GuestKind.Vm => GuestType.Qemu,
        GuestKind.Container => GuestType.Lxc,
        _ => null,
    };

    /// <summary>The noun of the command line.</summary>
    public static string Noun(this GuestKind kind) => kind switch
    {
        GuestKind.Vm => "vm",
        GuestKind.Container => "ct",
        _ => "guest",
    };

    /// <summary>What one of them is called.</summary>
    public static string One(this GuestKind kind) => kind switch
    {
        GuestKind.Vm => "virtual machine",
        GuestKind.Container => "container",
        _ => "guest",
    };

    /// <summary>What many of them are called.</summary>
    public static string Many(this GuestKind kind) => kind.One() + "s";

    /// <summary>The segment of paths; virtual machines stand for both kinds.</summary>
    public static string Segment(this GuestKind kind) => kind == GuestKind.Container ? "lxc" : "qemu";

    /// <summary>The names of guests of this kind in examples.</summary>
    public static string Example(this GuestKind kind) => kind == GuestKind.Container ? "dns" : "web-1";

    /// <summary>What a guest is called in messages.</summary>
    public static string Title(GuestSummary guest) =>
        $"{(guest.Type == GuestType.Lxc ? "container" : "VM")} {guest.Id}{(guest.Name is { Length: > 0 } name ? $" ({name})" : "")}";
}
