using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Tells what calls on guests do with volumes that are called after a guest: which they take away, give to their guest, or copy.</summary>
internal static class VolumeEffects
{
    // Parameters that name keys of the configuration.
    private static readonly string[] s_keys = ["idlist", "disk", "volume"];

    /// <summary>True for a call after which a volume is gone, elsewhere, or another one.</summary>
    public static bool Takes(PlannedCall call) => IsDestruction(call) || IsMigration(call) || WritesOver(call) || (call.Method, call.Path) switch
    {
        (ApiMethod.Delete, "/nodes/{node}/storage/{storage}/content/{volume}") => true,

        // What is only taken out stays with its guest, as unused.
        (ApiMethod.Put or ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/unlink" or "/nodes/{node}/qemu/{vmid}/config" or "/nodes/{node}/lxc/{vmid}/config") =>
            Keys(call).Any(key => IsUnused(key) || (DiskKeys.IsVolume(key) && UndoBuilder.IsSet(call, "force"))),
        (ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/template" or "/nodes/{node}/lxc/{vmid}/template") => true,
        (ApiMethod.Post, "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback" or "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback") => true,
        _ => IsMove(call) && (UndoBuilder.IsSet(call, "delete") || call.Parameters.Find("target-vmid") is not null),
    };

    /// <summary>True for a call that gives its guest, which may be a new one, a volume that is there and is called after a guest.</summary>
    public static bool Gives(PlannedCall call) => Given(call).Any(static disk => IsVolume(Replacements.Volume(disk.Text)));

    /// <summary>True for a call that copies a volume which is there and is called after a guest.</summary>
    public static bool Copies(PlannedCall call) => Imported(call).Any(IsVolume) || CopiesUnused(call);

    /// <summary>True for a call on a volume that its guest does not use, or on one beside guests: it is the usual one to be given to another.</summary>
    public static bool IsOfLeftOver(PlannedCall call) => !GuestNames.IsInPath(call) || Keys(call).Any(IsUnused);

    /// <summary>True for a call that destroys its guest.</summary>
    public static bool IsDestruction(PlannedCall call) => call is { Method: ApiMethod.Delete, Path: "/nodes/{node}/qemu/{vmid}" or "/nodes/{node}/lxc/{vmid}" };

    /// <summary>True for a call that moves its guest.</summary>
    public static bool IsMigration(PlannedCall call) => call.Method == ApiMethod.Post && call.Path is "/nodes/{node}/qemu/{vmid}/migrate"
        or "/nodes/{node}/lxc/{vmid}/migrate" or "/nodes/{node}/qemu/{vmid}/remote_migrate" or "/nodes/{node}/lxc/{vmid}/remote_migrate";

    /// <summary>True for a restore that may take the place of a guest which is there.</summary>
    public static bool WritesOver(PlannedCall call) => IsMaking(call) && UndoBuilder.IsSet(call, "force");

    /// <summary>The volumes that a call takes away or gives to its guest.</summary>
    /// <param name="call">The call.</param>
    /// <param name="config">The configuration of its guest, or of the one that it writes over; undefined if there is none.</param>
    public static IEnumerable<string> Moved(PlannedCall call, JsonElement config)
    {
        // What is in its drive already stays with whoever has it.
        IEnumerable<string> given = Given(call)
            .Where(disk => config.ValueKind != JsonValueKind.Object || WritesOver(call)
                || config.Text(disk.Name) is not { } value || Replacements.Volume(value) != Replacements.Volume(disk.Text))
            .Select(static disk => Replacements.Volume(disk.Text));
        return Taken(call, config).Concat(given).Where(IsVolume);
    }

    /// <summary>The volumes that a call copies, which stay as they are. What a guest uses it can read without a copy.</summary>
    public static IEnumerable<string> Copied(PlannedCall call, JsonElement config) =>
        Imported(call).Concat(CopiesUnused(call) ? Behind(config, Keys(call)) : []).Where(IsVolume);

    // Those behind the keys that the call names, or all that the guest has.
    private static IEnumerable<string> Taken(PlannedCall call, JsonElement config)
    {
        if (!Takes(call))
        {
            return [];
        }

        if (call.Parameters.Find("volume") is { } named && !GuestNames.IsInPath(call))
        {
            return [named.Contains(':', StringComparison.Ordinal) ? named : $"{call.Parameters.Find("storage")}:{named}"];
        }

        string[] keys = [.. Keys(call)];
        return config.ValueKind != JsonValueKind.Object || (keys.Length == 0 && GuestNames.IsConfig(call)) ? []
            : Behind(config, keys.Length > 0 ? keys : config.EnumerateObject().Select(static member => member.Name).Where(All(call)));
    }

    // Proxmox: a machine that is written over keeps what it does not use; a container is destroyed with all that it has.
    private static Func<string, bool> All(PlannedCall call) => WritesOver(call) && call.Path == "/nodes/{node}/qemu" ? DiskKeys.IsUsed : DiskKeys.IsVolume;

    private static IEnumerable<string> Behind(JsonElement config, IEnumerable<string> keys) =>
        config.ValueKind != JsonValueKind.Object ? [] : keys.Select(key => config.Text(key)).OfType<string>().Select(Replacements.Volume);

    private static IEnumerable<ApiParameter> Given(PlannedCall call) => GuestNames.IsConfig(call) || IsMaking(call)
        ? call.Others.Where(static parameter => DiskKeys.IsGiven(parameter.Name))
        : [];

    private static IEnumerable<string> Imported(PlannedCall call) => Given(call).Select(static disk => BootMedia.ImportOf(disk.Text)).OfType<string>();

    private static bool CopiesUnused(PlannedCall call) => IsMove(call) && !Takes(call) && Keys(call).Any(IsUnused);

    private static bool IsMove(PlannedCall call) => call is { Method: ApiMethod.Post, Path: "/nodes/{node}/qemu/{vmid}/move_disk" or "/nodes/{node}/lxc/{vmid}/move_volume" };

    private static bool IsMaking(PlannedCall call) => call is { Method: ApiMethod.Post, Path: "/nodes/{node}/qemu" or "/nodes/{node}/lxc" };

    private static bool IsUnused(string key) => key.StartsWith("unused", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Keys(PlannedCall call) => s_keys.Select(call.Parameters.Find).OfType<string>()
        .SelectMany(ItemLists.Split).Concat(GuestNames.IsConfig(call) ? ItemLists.Deleted(call.Others) : []);

    // A path of the host is judged by itself.
    private static bool IsVolume(string text) => VolumeOwners.IsOwned(text) && text.Contains(':', StringComparison.Ordinal) && text[0] != '/';
}
