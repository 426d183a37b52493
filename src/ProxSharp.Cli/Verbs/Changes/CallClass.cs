using ProxSharp.Api;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Tells which calls change something. Pure.</summary>
internal static class CallClass
{
    /// <summary>True unless a call only reads.</summary>
    public static bool Changes(ApiMethod method, string path) => method != ApiMethod.Get || IsDestroyingRead(method, path);

    /// <summary>True for a call that destroys something although its verb only reads.</summary>
    // Proxmox: the backup server takes a medium out of its database with a GET.
    public static bool IsDestroyingRead(ApiMethod method, string path) => method == ApiMethod.Get && path.TrimEnd('/') == "/tape/media/destroy";
}
