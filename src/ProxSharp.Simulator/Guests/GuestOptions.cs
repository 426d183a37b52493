using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Shapes;

namespace ProxSharp.Simulator.Guests;

/// <summary>Which parameters of a call are options of a guest, and how options look in answers.</summary>
internal sealed class GuestOptions(ApiSchema schema, ShapeValues shapes)
{
    private const string DriveAlias = "cdrom";
    private const string Drive = "ide2";

    private static readonly HashSet<string> s_notOptions = new(StringComparer.Ordinal)
    {
        "node", "vmid", "archive", "background_delay", "bwlimit", "delete", "digest", "force", "ha-managed", "ignore-unpack-errors", "import-working-storage", "live-restore", "ostemplate",
        "password", "pool", "restore", "revert", "skiplock", "ssh-public-keys", "start", "storage", "unique",
    };

    /// <summary>The options among the parameters of a create or update call.</summary>
    public static Dictionary<string, string> Of(Calls.ApiCall call) =>
        call.Parameters.Where(static parameter => !s_notOptions.Contains(parameter.Key))
            .ToDictionary(static parameter => parameter.Key, static parameter => Calls.ApiCall.TextOf(parameter.Value), StringComparer.Ordinal);

    /// <summary>The same with the drive under its own name that machines have another one for.</summary>
    /// <remarks>Proxmox: "cdrom" is another name of ide2, which holds an image then; it counts more than what is given under the own name.</remarks>
    public static Dictionary<string, string> WithDrive(Dictionary<string, string> options, bool isContainer)
    {
        if (!isContainer && options.Remove(DriveAlias, out string? image))
        {
            options[Drive] = image.Contains("media=", StringComparison.Ordinal) ? image : $"{image},media=cdrom";
        }

        return options;
    }

    /// <summary>The keys that a call removes, each under its own name.</summary>
    public static IReadOnlyList<string> Removed(IReadOnlyList<string> keys, bool isContainer) =>
        isContainer ? keys : [.. keys.Select(static key => key == DriveAlias ? Drive : key)];

    /// <summary>Whether a name is an option at all.</summary>
    public bool IsKnown(string key, bool isContainer) => key is "lock" || Node(key, isContainer) is not null || key.StartsWith("unused", StringComparison.Ordinal);

    /// <summary>An option's value as the server writes it: numbers where the schema says so, texts elsewhere.</summary>
    public JsonNode Value(string key, string value, bool isContainer) => key == "cipassword"
        ? JsonValue.Create("**********")
        : shapes.Typed(Node(key, isContainer), value);

    private ApiNode? Node(string key, bool isContainer)
    {
        ApiEndpoint endpoint = schema.Find(ApiMethod.Put, isContainer ? "/nodes/{node}/lxc/{vmid}/config" : "/nodes/{node}/qemu/{vmid}/config")!;
        if (endpoint.Parameters.TryGetValue(key, out ApiNode? node))
        {
            return node;
        }

        string stem = key.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return stem.Length < key.Length ? endpoint.Parameters.GetValueOrDefault(stem + "[n]") : null;
    }
}
