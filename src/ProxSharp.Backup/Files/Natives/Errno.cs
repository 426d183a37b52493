namespace ProxSharp.Backup.Files.Natives;

/// <summary>Errors of Linux.</summary>
internal static class Errno
{
    internal const int NotPermitted = 1;
    internal const int NoEntry = 2;
    internal const int Interrupted = 4;
    internal const int InputOutput = 5;
    internal const int NoDevice = 6;
    internal const int TooBig = 7;
    internal const int BadHandle = 9;
    internal const int Again = 11;
    internal const int NoMemory = 12;
    internal const int NoAccess = 13;
    internal const int Busy = 16;
    internal const int Exists = 17;
    internal const int NotDirectory = 20;
    internal const int IsDirectory = 21;
    internal const int Invalid = 22;
    internal const int SystemFull = 23;
    internal const int ProcessFull = 24;
    internal const int NotTerminal = 25;
    internal const int NoSpace = 28;
    internal const int ReadOnlyFileSystem = 30;
    internal const int Range = 34;
    internal const int NameTooLong = 36;
    internal const int NoSystemCall = 38;
    internal const int Loop = 40;
    internal const int NoData = 61;
    internal const int BadMessage = 74;
    internal const int BadSequence = 84;
    internal const int NotSupported = 95;
    internal const int Stale = 116;
    internal const int NeedsCleaning = 117;
    internal const int RemoteInputOutput = 121;
    internal const int QuotaExceeded = 122;

    /// <summary>Whether an error says that the file system does not know the operation.</summary>
    internal static bool IsUnsupported(int error) => error is NotTerminal or NoSystemCall or BadHandle or NotSupported or Invalid;

    internal static FileTreeFault ToFault(int error) => error switch
    {
        NoEntry or Stale => FileTreeFault.Vanished,
        NoAccess or NotPermitted or ReadOnlyFileSystem => FileTreeFault.Denied,
        Loop or NotDirectory or IsDirectory => FileTreeFault.OtherKind,
        Exists => FileTreeFault.Exists,
        NoSpace or QuotaExceeded => FileTreeFault.Full,
        NoMemory or SystemFull or ProcessFull => FileTreeFault.Exhausted,
        NotSupported or NoSystemCall or NotTerminal or NameTooLong or BadSequence => FileTreeFault.Unsupported,
        InputOutput or BadMessage or NeedsCleaning or RemoteInputOutput => FileTreeFault.Damaged,
        _ => FileTreeFault.Failed,
    };
}
