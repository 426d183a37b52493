using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Proxmox: in calls on machines "cdrom" is another name of ide2, for a drive that holds images; no configuration has a key of that name. Whoever judges a call,
/// or takes it back, sees the drive.
/// </summary>
internal static class CdromAlias
{
    private const string Alias = "cdrom";
    private const string Drive = "ide2";

    /// <summary>Returns the parameters of a call with the drive under its own name.</summary>
    /// <param name="path">The path template of the call.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <exception cref="GuardRefusedException">The drive is named by both names.</exception>
    public static ApiParameters Resolve(string path, ApiParameters parameters)
    {
        if (path is not ("/nodes/{node}/qemu" or "/nodes/{node}/qemu/{vmid}/config") || !parameters.Any(Names))
        {
            return parameters;
        }

        if (parameters.Find(Alias) is not null && parameters.Find(Drive) is not null)
        {
            throw new GuardRefusedException("target", $"'{Alias}' is another name of {Drive}: give one of them.");
        }

        ApiParameters resolved = [];
        foreach (ApiParameter parameter in parameters)
        {
            resolved.Add(parameter.Name == Alias ? parameter with { Name = Drive, Text = AsImage(parameter.Text) }
                : Names(parameter) ? parameter with { Text = string.Join(',', ItemLists.Split(parameter.Text).Select(static key => key == Alias ? Drive : key)) }
                : parameter);
        }

        return resolved;
    }

    private static bool Names(ApiParameter parameter) =>
        parameter.Name == Alias || (parameter.Name is "delete" or "revert" && ItemLists.Split(parameter.Text).Contains(Alias));

    private static string AsImage(string value) => value.Contains("media=", StringComparison.Ordinal) ? value : $"{value},media=cdrom";
}
