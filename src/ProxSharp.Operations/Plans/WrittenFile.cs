using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Tells which file of a storage a call writes, and whether there is one already: that one would be lost.</summary>
internal static partial class WrittenFile
{
    /// <summary>What the fact is called that says so.</summary>
    public const string Fact = "replaces a file";

    private const string Storage = "/nodes/{node}/storage/{storage}";

    /// <summary>The full name of the volume that a call writes, such as <c>local:iso/debian.iso</c>; null for none.</summary>
    public static string? VolumeOf(PlannedCall call)
    {
        if (call.Method != ApiMethod.Post)
        {
            return null;
        }

        string? storage = call.Parameters.Find("storage");
        return call.Path switch
        {
            Storage + "/upload" or Storage + "/download-url" => $"{storage}:{call.Parameters.Find("content")}/{Normal(call.Parameters.Find("filename") ?? "")}",
            Storage + "/content/{volume}" when call.Parameters.Find("target") is { Length: > 0 } target =>
                target.Contains(':', StringComparison.Ordinal) ? target : $"{storage}:{target}",
            _ => null,
        };
    }

    /// <summary>Says whether the file is there.</summary>
    public static async Task<Dictionary<string, string>> FactsAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        if (VolumeOf(call) is not { } volume || call.Path.EndsWith("/{volume}", StringComparison.Ordinal))
        {
            return [];
        }

        string state = await StateAsync(client, call, volume, cancellationToken).ConfigureAwait(false);
        return new Dictionary<string, string>(StringComparer.Ordinal) { [Fact] = state };
    }

    /// <summary>True if a call writes a file that is not there: then nobody uses it. False where that cannot be told.</summary>
    public static async Task<bool> IsNewAsync(ProxmoxClient client, PlannedCall call, CancellationToken cancellationToken)
    {
        try
        {
            return (await FactsAsync(client, call, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(Fact) == "no";
        }
        catch (ProxmoxApiException)
        {
            return false;
        }
    }

    private static async Task<string> StateAsync(ProxmoxClient client, PlannedCall call, string volume, CancellationToken cancellationToken)
    {
        string path = call.ConcretePath;
        ApiParameters filter = new() { { "content", call.Parameters.Find("content") } };
        try
        {
            JsonElement files = (await client.Raw.GetAsync($"{path[..path.LastIndexOf('/')]}/content", filter, cancellationToken: cancellationToken)
                .ConfigureAwait(false)).Data;
            return files.EnumerateArray().Any(file => file.Text("volid") == volume) ? "yes" : "no";
        }
        catch (ProxmoxPermissionException)
        {
            return "unknown: the token may not see it";
        }
    }

    // Proxmox: of a name its last part is taken, and what is not plain becomes an underscore.
    private static string Normal(string name) =>
        Odd.Replace(Folders.Replace(name.EndsWith('\n') ? name[..^1] : name, ""), "_");

    // As Perl reads it: what comes before a line break is no folder.
    private static Regex Folders => field ??= new(@"\A.*[/\\]");

    private static Regex Odd => field ??= new("[^a-zA-Z0-9_.-]");
}
