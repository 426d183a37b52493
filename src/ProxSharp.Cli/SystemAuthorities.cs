using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;

namespace ProxSharp.Cli;

/// <summary>The authorities that the operating system trusts.</summary>
internal static partial class SystemAuthorities
{
    private static readonly string[] s_variables = ["SSL_CERT_DIR", "SSL_CERT_FILE"];
    private static readonly Lock s_once = new();
    private static bool s_left;

    /// <summary>
    /// Spares this process reading them, for good. .NET reads all of them, a hundred and more, at the first handshake, even where the fingerprint of the
    /// certificate alone decides: that is two thirds of the processor time of a short command. A server that only the system trusts is refused afterwards,
    /// so that this is only for those who talk to nobody else.
    /// </summary>
    // .NET asks OpenSSL once where they are, and OpenSSL looks into the environment of the process. That is as before when this returns: no program that
    // is started later sees it.
    [UnsupportedOSPlatform("windows")]
    public static void LeaveOut()
    {
        lock (s_once)
        {
            if (s_left)
                return;
            s_left = true;
            (string Name, string? Value)[] before = [.. s_variables.Select(static name => (name, Environment.GetEnvironmentVariable(name)))];
            foreach (string name in s_variables)
                SetVariable(name, "/nonexistent", overwrite: 1);
            try
            {
                using X509Store store = new(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                foreach (X509Certificate2 certificate in store.Certificates)
                    certificate.Dispose();
            }
            finally
            {
                foreach ((string name, string? value) in before)
                    _ = value is null ? UnsetVariable(name) : SetVariable(name, value, overwrite: 1);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}
