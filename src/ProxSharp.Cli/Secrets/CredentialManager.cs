using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace ProxSharp.Cli.Secrets;

/// <summary>The Windows Credential Manager: generic credentials named <c>prox:NAME</c>, kept for this user on this machine.</summary>
[SupportedOSPlatform("windows")]
internal sealed class CredentialManager : ISecretVault
{
    private const string Library = "advapi32.dll";
    private const uint Generic = 1;
    private const uint LocalMachine = 2;
    private const int NotFound = 1168;

    // Windows: CRED_MAX_CREDENTIAL_BLOB_SIZE.
    private const int LongestSecret = 5 * 512;

    /// <inheritdoc/>
    public string? Read(string name)
    {
        if (CredReadW(Target(name), Generic, 0, out IntPtr found) == 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error == NotFound ? null : throw Refused(error);
        }

        try
        {
            Credential credential = Marshal.PtrToStructure<Credential>(found);
            byte[] secret = new byte[credential.BlobSize];
            Marshal.Copy(credential.Blob, secret, 0, secret.Length);
            return Encoding.Unicode.GetString(secret);
        }
        finally
        {
            CredFree(found);
        }
    }

    /// <inheritdoc/>
    public void Store(string name, string secret)
    {
        byte[] bytes = Encoding.Unicode.GetBytes(secret);
        if (bytes.Length > LongestSecret)
        {
            throw new InvalidOperationException($"The Credential Manager takes {LongestSecret / 2} characters at most.");
        }

        IntPtr target = Marshal.StringToHGlobalUni(Target(name));
        IntPtr user = Marshal.StringToHGlobalUni(name);
        IntPtr blob = Marshal.AllocHGlobal(Math.Max(1, bytes.Length));
        try
        {
            Marshal.Copy(bytes, 0, blob, bytes.Length);
            Credential credential = new()
            {
                Type = Generic,
                TargetName = target,
                UserName = user,
                Blob = blob,
                BlobSize = (uint)bytes.Length,
                Persist = LocalMachine,
            };
            if (CredWriteW(in credential, 0) == 0)
            {
                throw Refused(Marshal.GetLastPInvokeError());
            }
        }
        finally
        {
            // The secret is not left behind in memory that others get next.
            Marshal.Copy(new byte[bytes.Length], 0, blob, bytes.Length);
            Marshal.FreeHGlobal(blob);
            Marshal.FreeHGlobal(user);
            Marshal.FreeHGlobal(target);
        }
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        if (CredDeleteW(Target(name), Generic, 0) == 0 && Marshal.GetLastPInvokeError() is var error and not NotFound)
        {
            throw Refused(error);
        }
    }

    private static string Target(string name) => $"prox:{name}";

    private static InvalidOperationException Refused(int error) => new($"The Credential Manager refuses: {new Win32Exception(error).Message}");

    [DllImport(Library, CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int CredReadW(string target, uint type, uint flags, out IntPtr credential);

    [DllImport(Library, CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int CredWriteW(in Credential credential, uint flags);

    [DllImport(Library, CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int CredDeleteW(string target, uint type, uint flags);

    [DllImport(Library, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern void CredFree(IntPtr buffer);

    /// <summary>CREDENTIALW.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Credential
    {
        public uint Flags;
        public uint Type;
        public IntPtr TargetName;
        public IntPtr Comment;
        public uint LastWrittenLow;
        public uint LastWrittenHigh;
        public uint BlobSize;
        public IntPtr Blob;
        public uint Persist;
        public uint AttributeCount;
        public IntPtr Attributes;
        public IntPtr TargetAlias;
        public IntPtr UserName;
    }
}
