using System.Runtime.InteropServices;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>What FS_IOC_FSGETXATTR gives; other file systems than XFS know it too.</summary>
[StructLayout(LayoutKind.Explicit, Size = 28)]
internal struct XfsAttributes
{
    [FieldOffset(12)]
    internal uint ProjectId;
}
