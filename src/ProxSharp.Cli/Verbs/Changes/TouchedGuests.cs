using System.Globalization;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Tells which guests a call changes, by its path and parameters: protected tags hold for raw calls too. Pure.</summary>
internal static partial class TouchedGuests
{
    private static readonly char[] s_separators = [',', ';', ' ', '\0'];

    /// <summary>Calls that act on all guests of a node, or on those they list; who has a shell of the node can do anything to them.</summary>
    private static readonly HashSet<string> s_wholeNode = new(StringComparer.Ordinal)
    {
        "stopall", "suspendall", "migrateall", "startall", "status", "execute", "termproxy", "vncshell", "spiceshell",
    };

    /// <summary>Returns them; templates are among them.</summary>
    /// <param name="method">The verb of the call.</param>
    /// <param name="path">The path of the call; parts may be percent-encoded.</param>
    /// <param name="parameters">The other parameters.</param>
    /// <param name="all">All guests of the cluster.</param>
    public static IEnumerable<GuestSummary> Of(ApiMethod method, string path, ApiParameters parameters, IReadOnlyList<GuestSummary> all)
    {
        string[] words = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        return words switch
        {
            _ when method == ApiMethod.Get => [],

            // A copy leaves its source as it is.
            ["nodes", _, "qemu" or "lxc", _, "clone"] => [],
            ["nodes", _, "qemu" or "lxc", { } id, ..] => Named(all, [id]),

            // A restored guest takes the place of the one with its number.
            ["nodes", _, "qemu" or "lxc"] => Named(all, Values(parameters, "vmid")),
            ["nodes", { } node, { } word] when s_wholeNode.Contains(word) => Among(OnNode(all, node), Values(parameters, "vms")),
            ["nodes", _, "storage", _, "content", .. { } volume] when method == ApiMethod.Delete => Named(all, Owner(string.Join('/', volume))),
            // A pool carries rights and is what backup jobs go by: who moves guests in or out of one changes both.
            ["pools", ..] => Named(all, Values(parameters, "vms")),
            ["cluster", "bulk-action", ..] => Among(all, Values(parameters, "vms")),
            ["cluster", "ha", "resources", { } sid, ..] => Named(all, [Resource(sid)]),
            ["cluster", "ha", "resources"] => Named(all, Values(parameters, "sid").Select(Resource)),
            _ => [],
        };
    }

    private static IEnumerable<GuestSummary> Named(IReadOnlyList<GuestSummary> all, IEnumerable<string> ids)
    {
        HashSet<int> numbers = [];
        foreach (string id in ids)
        {
            if (int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                numbers.Add(number);
            }
        }

        return all.Where(guest => numbers.Contains(guest.Id.Value));
    }

    private static IEnumerable<GuestSummary> Among(IReadOnlyList<GuestSummary> guests, string[] ids) => ids.Length == 0 ? guests : Named(guests, ids);

    // Proxmox: the word localhost, too, names a node. Without a name that fits, any node may be meant.
    private static IReadOnlyList<GuestSummary> OnNode(IReadOnlyList<GuestSummary> all, string node) =>
        node == "localhost" ? all : [.. all.Where(guest => guest.Node == node)];

    private static string[] Values(ApiParameters parameters, string name) =>
    [
        .. parameters.Where(parameter => parameter.Name == name)
            .SelectMany(static parameter => parameter.Text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries)),
    ];

    private static string[] Owner(string volume) => DiskName().Match(volume) is { Success: true } disk ? [disk.Groups[1].Value] : [];

    private static string Resource(string sid) => sid[(sid.IndexOf(':', StringComparison.Ordinal) + 1)..];

    [GeneratedRegex(@"(?:^|[:/])(?:vm|base|subvol|basevol)-(\d+)-[^/]*$", RegexOptions.CultureInvariant)]
    private static partial Regex DiskName();
}
