using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Values of parameters that take numbers of guests: names are taken as well, and selections where there may be several.</summary>
internal static class GuestValues
{
    /// <summary>The format of what high availability watches.</summary>
    public const string HaFormat = "pve-ha-resource-or-vm-id";

    private const string HaListFormat = "pve-ha-resource-id-list";
    private const string ReplicationFormat = "pve-replication-job-id";
    private const string AclOfGuest = "/vms/";
    private const string EveryWord = "@all";
    private static readonly char[] s_separators = [',', ';', ' '];

    /// <summary>Tells whether the guest of a parameter of the path may have its name there.</summary>
    public static bool MayName(ApiNode node) => node.Format is HaFormat or ReplicationFormat;

    /// <summary>Tells whether a parameter chooses guests, so that without a value others are meant, or none. What excludes some may be empty.</summary>
    public static bool Selects(EndpointParameter parameter) =>
        (parameter.Node.Items?.Format == "pve-vmid" || parameter.Node.Format == "pve-vmid-list") && parameter.Name != "exclude";

    /// <summary>Makes sure that each value of such a parameter names guests, and not all of them.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="values">What was typed for it.</param>
    /// <param name="takesAll">True if the verb has a word for all guests.</param>
    /// <exception cref="Errors.CliException">One does not.</exception>
    public static void CheckNamed(EndpointParameter parameter, IReadOnlyList<string> values, bool takesAll)
    {
        foreach (string[] words in values.Select(static value => value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries)))
        {
            if (words.Length == 0)
            {
                throw Errors.CliException.Usage($"The option '{parameter.Symbol.Name}' names no guest", Errors.CliError.EmptyVariable);
            }

            if (words.FirstOrDefault(static word => word == EveryWord || GuestTargets.IsEverything(word)) is { } wide)
            {
                throw Errors.CliException.Usage(
                    $"'{Terminal.TextCells.Visible(wide)}' would mean every guest", takesAll ? $"{GuestTargets.Forms}; all of them are meant with --all" : GuestTargets.Forms);
            }
        }
    }

    /// <summary>Returns the values with numbers in place of names. Who types numbers alone asks no server.</summary>
    /// <exception cref="Errors.CliException">There is no such guest.</exception>
    public static async Task<IReadOnlyList<string>> SettleAsync(
        VerbRun run, ApiEndpoint endpoint, EndpointParameter parameter, string value, CancellationToken cancellationToken)
    {
        bool isArray = parameter.Node.Items?.Format == "pve-vmid";
        if (isArray || parameter.Node.Format == "pve-vmid-list")
        {
            string[] words = value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
            if (!words.Any(IsName))
            {
                return isArray ? words : [value];
            }

            List<string> numbers = [];
            foreach (string word in words)
            {
                numbers.AddRange(IsName(word) ? (await FindAsync(run, GuestKind.Any, word, cancellationToken).ConfigureAwait(false)).Select(Number) : [word]);
            }

            return isArray ? [.. numbers.Distinct()] : [string.Join(',', numbers.Distinct())];
        }

        return parameter.Node.Format == HaListFormat
            ? [await HaListAsync(run, value, cancellationToken).ConfigureAwait(false)]
            : [await OneAsync(run, endpoint, parameter, value, cancellationToken).ConfigureAwait(false)];
    }

    private static async Task<string> OneAsync(
        VerbRun run, ApiEndpoint endpoint, EndpointParameter parameter, string value, CancellationToken cancellationToken)
    {
        if (parameter.Node.Format == HaFormat)
        {
            return await HaAsync(run, value, cancellationToken).ConfigureAwait(false);
        }

        if (parameter.Node.Format == ReplicationFormat)
        {
            return await ReplicationAsync(run, value, cancellationToken).ConfigureAwait(false);
        }

        bool isAcl = endpoint.Path == "/access/acl" && parameter.Name == "path" && value.StartsWith(AclOfGuest, StringComparison.Ordinal);
        string word = isAcl ? value[AclOfGuest.Length..] : value;
        return (isAcl || (parameter.Node.Format == "pve-vmid" && !IsFree(endpoint.Path, parameter.Name))) && IsName(word)
            ? (isAcl ? AclOfGuest : "") + Number(await OnlyAsync(run, GuestKind.Any, word, cancellationToken).ConfigureAwait(false))
            : value;
    }

    // Proxmox: vm:100 or ct:100; a number alone is enough.
    private static async Task<string> HaAsync(VerbRun run, string value, CancellationToken cancellationToken) =>
        KindOf(value) is var (kind, word) && IsName(word)
            ? Resource(await OnlyAsync(run, kind, word, cancellationToken).ConfigureAwait(false))
            : value;

    // Proxmox: rules want the kind of each guest, so a number alone has to be looked up, too.
    private static async Task<string> HaListAsync(VerbRun run, string value, CancellationToken cancellationToken)
    {
        List<string> resources = [];
        foreach (string item in value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            resources.AddRange(KindOf(item) is var (kind, word) && (IsName(word) || (word == item && item.All(char.IsAsciiDigit)))
                ? (await FindAsync(run, kind, word, cancellationToken).ConfigureAwait(false)).Select(Resource)
                : [item]);
        }

        return string.Join(',', resources.Distinct());
    }

    // What stands in front of a colon and is no kind of guest is left to the server.
    private static (GuestKind Kind, string Word)? KindOf(string resource) => resource.Split(':', 2) switch
    {
        ["vm", { } word] => (GuestKind.Vm, word),
        ["ct", { } word] => (GuestKind.Container, word),
        [{ } word] => (GuestKind.Any, word),
        _ => null,
    };

    private static string Resource(GuestSummary guest) => $"{(guest.Type.Value == "lxc" ? "ct" : "vm")}:{guest.Id}";

    // Proxmox: a job is the number of the guest and one of its own, 100-0. Names have hyphens as well, so the last one counts.
    private static async Task<string> ReplicationAsync(VerbRun run, string value, CancellationToken cancellationToken)
    {
        int hyphen = value.LastIndexOf('-');
        string word = hyphen > 0 ? value[..hyphen] : value;
        if (!IsName(word))
        {
            return value;
        }

        return hyphen > 0 && hyphen < value.Length - 1 && value.AsSpan(hyphen + 1).IndexOfAnyExceptInRange('0', '9') < 0
            ? $"{Number(await OnlyAsync(run, GuestKind.Any, word, cancellationToken).ConfigureAwait(false))}{value[hyphen..]}"
            : throw Errors.CliException.Usage(
                $"'{Terminal.TextCells.Visible(value)}' is no replication job", $"Write the guest and the number of the job: {Terminal.TextCells.Visible(value)}-0");
    }

    private static async Task<GuestSummary> OnlyAsync(VerbRun run, GuestKind kind, string word, CancellationToken cancellationToken) =>
        await FindAsync(run, kind, word, cancellationToken).ConfigureAwait(false) is [{ } one]
            ? one
            : throw Errors.CliException.Usage($"'{word}' means several guests", "Name one of them by its number");

    private static Task<IReadOnlyList<GuestSummary>> FindAsync(VerbRun run, GuestKind kind, string word, CancellationToken cancellationToken) =>
        GuestTargets.NamedAsync(run, kind, [word], cancellationToken);

    private static string Number(GuestSummary guest) => guest.Id.ToString();

    // What excludes, or means everything, is left to the check of the values, which refuses it: that is easily more than was meant.
    private static bool IsName(string word) => word.Length > 0 && !word.All(char.IsAsciiDigit) && word[0] != '-' && word != EveryWord && !GuestTargets.IsEverything(word);

    // The numbers of guests that are yet to be made, or are of another cluster.
    private static bool IsFree(string path, string name) => name == "newid" || path.EndsWith("/qemu", StringComparison.Ordinal)
        || path.EndsWith("/lxc", StringComparison.Ordinal) || path.EndsWith("/nextid", StringComparison.Ordinal)
        || path.EndsWith("/remote_migrate", StringComparison.Ordinal);
}
