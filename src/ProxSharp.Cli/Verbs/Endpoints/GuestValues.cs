using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Values of parameters that take numbers of guests: names are taken as well, and selections where there may be several.</summary>
internal static class GuestValues
{
    /// <summary>The format of what high availability watches.</summary>
    public const string HaFormat = "pve-ha-resource-or-vm-id";

    private const string AclOfGuest = "/vms/";

    /// <summary>Returns the values with numbers in place of names. Who types numbers alone asks no server.</summary>
    /// <exception cref="Errors.CliException">There is no such guest.</exception>
    public static async Task<IReadOnlyList<string>> SettleAsync(
        VerbRun run, ApiEndpoint endpoint, EndpointParameter parameter, string value, CancellationToken cancellationToken)
    {
        bool isArray = parameter.Node.Items?.Format == "pve-vmid";
        if (isArray || parameter.Node.Format == "pve-vmid-list")
        {
            string[] words = value.Split((char[])[',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (!words.Any(IsName))
            {
                return [value];
            }

            List<string> numbers = [];
            foreach (string word in words)
            {
                numbers.AddRange(IsName(word) ? (await FindAsync(run, GuestKind.Any, word, cancellationToken).ConfigureAwait(false)).Select(Number) : [word]);
            }

            return isArray ? [.. numbers.Distinct()] : [string.Join(',', numbers.Distinct())];
        }

        return [await OneAsync(run, endpoint, parameter, value, cancellationToken).ConfigureAwait(false)];
    }

    private static async Task<string> OneAsync(
        VerbRun run, ApiEndpoint endpoint, EndpointParameter parameter, string value, CancellationToken cancellationToken)
    {
        if (parameter.Node.Format == HaFormat)
        {
            return await HaAsync(run, value, cancellationToken).ConfigureAwait(false);
        }

        bool isAcl = endpoint.Path == "/access/acl" && parameter.Name == "path" && value.StartsWith(AclOfGuest, StringComparison.Ordinal);
        string word = isAcl ? value[AclOfGuest.Length..] : value;
        return (isAcl || (parameter.Node.Format == "pve-vmid" && !IsFree(endpoint.Path, parameter.Name))) && IsName(word)
            ? (isAcl ? AclOfGuest : "") + Number(await OnlyAsync(run, GuestKind.Any, word, cancellationToken).ConfigureAwait(false))
            : value;
    }

    // Proxmox: vm:100 or ct:100; a number alone is enough.
    private static async Task<string> HaAsync(VerbRun run, string value, CancellationToken cancellationToken)
    {
        string[] parts = value.Split(':', 2);
        GuestKind kind = parts is ["vm", _] ? GuestKind.Vm : parts is ["ct", _] ? GuestKind.Container : GuestKind.Any;
        if (!IsName(parts[^1]) || (kind == GuestKind.Any && parts.Length > 1))
        {
            return value;
        }

        GuestSummary guest = await OnlyAsync(run, kind, parts[^1], cancellationToken).ConfigureAwait(false);
        return $"{(guest.Type.Value == "lxc" ? "ct" : "vm")}:{guest.Id}";
    }

    private static async Task<GuestSummary> OnlyAsync(VerbRun run, GuestKind kind, string word, CancellationToken cancellationToken) =>
        await FindAsync(run, kind, word, cancellationToken).ConfigureAwait(false) is [{ } one]
            ? one
            : throw Errors.CliException.Usage($"'{word}' means several guests", "Name one of them by its number");

    private static Task<IReadOnlyList<GuestSummary>> FindAsync(VerbRun run, GuestKind kind, string word, CancellationToken cancellationToken) =>
        GuestTargets.NamedAsync(run, kind, [word], cancellationToken);

    private static string Number(GuestSummary guest) => guest.Id.ToString();

    // What excludes, or means everything, is left to the check of the values, which refuses it: that is easily more than was meant.
    private static bool IsName(string word) => word.Length > 0 && !word.All(char.IsAsciiDigit) && word[0] != '-' && word != "@all" && !GuestTargets.IsEverything(word);

    // The numbers of guests that are yet to be made, or are of another cluster.
    private static bool IsFree(string path, string name) => name == "newid" || path.EndsWith("/qemu", StringComparison.Ordinal)
        || path.EndsWith("/lxc", StringComparison.Ordinal) || path.EndsWith("/nextid", StringComparison.Ordinal)
        || path.EndsWith("/remote_migrate", StringComparison.Ordinal);
}
