using System.Runtime.InteropServices;
using System.Text;
using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>Why the directory of a restore cannot be made, and what to do about it.</summary>
internal static class TargetErrors
{
    /// <summary>Makes the error.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="cause">What .NET says.</param>
    public static FileTreeException Explain(string path, Exception cause)
    {
        // What .NET says has seldom the reason: the first name that is not there is asked for once more.
        string missing = path;
        while (Path.GetDirectoryName(missing) is { Length: > 0 } above && PathKind.TypeOf(above) == 0)
            missing = above;
        string parent = Path.GetDirectoryName(missing) is { Length: > 0 } folder ? folder : missing;
        if (PathKind.TypeOf(parent) is not PathKind.Folder and not 0 and var type)
            return Make(FileTreeFault.Failed, path, $"\"{parent}\" is {PathKind.Describe(type)}, below which nothing can be made. Name another place.", cause);
        int error = Libc.MakeDirectory(Libc.Text(Encoding.UTF8.GetBytes(missing)), 0x1FF) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return Errno.ToFault(error) == FileTreeFault.Full
            ? Make(FileTreeFault.Full, path, $"{Descriptor.Describe(error)}.", cause)
            : Make(FileTreeFault.Failed, path, $"\"{parent}\" does not take it: {Reason(error, cause)}", cause);
    }

    private static string Reason(int error, Exception cause) => error switch
    {
        Errno.NoAccess or Errno.NotPermitted => $"{Descriptor.Describe(error)}. Run it as somebody who may write there, or name another place.",
        Errno.ReadOnlyFileSystem => $"{Descriptor.Describe(error)}. Mount it so that it can be written to, or name another place.",
        // This is what /proc says.
        Errno.NoEntry => "its file system has no place for directories of others. Name another place.",
        0 => cause.Message,
        _ => $"{Descriptor.Describe(error)}. Name another place.",
    };

    private static FileTreeException Make(FileTreeFault fault, string path, string reason, Exception cause) =>
        new(fault, path, $"Unable to create \"{path}\": {reason}", cause);
}
