using System.Text.RegularExpressions;

namespace ProxSharp.Cli.Backups;

/// <summary>
/// Understands command lines of the official client: behind <c>prox backup</c> may stand what stands behind <c>proxmox-backup-client</c>, and directly what is
/// backed up, as in <c>prox backup root.pxar:/</c>.
/// </summary>
internal static partial class OfficialSpelling
{
    private const string Word = "create";

    /// <summary>Puts the word for making a backup where another one stands for it, or none.</summary>
    public static IReadOnlyList<string> Complete(IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 2 || arguments[0] != BackupNoun.Name)
        {
            return arguments;
        }

        if (arguments[1] == BackupNoun.Name)
        {
            return [arguments[0], Word, .. arguments.Skip(2)];
        }

        bool isLeftOut = arguments[1].StartsWith('-') || Source().IsMatch(arguments[1]);
        return isLeftOut && arguments.Skip(1).Any(static word => Source().IsMatch(word)) ? [arguments[0], Word, .. arguments.Skip(1)] : arguments;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]+\.(pxar|img|conf|log):.")]
    private static partial Regex Source();
}
