using System.Text.Json;
using ProxSharp.Backup.Formats.Json;

namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>Turns manifests into members.</summary>
internal static class ManifestWriter
{
    public static SerdeObject Signed(BackupManifest manifest) => new(Members(manifest.Extra))
    {
        ["backup-type"] = manifest.Snapshot.Group.Type.ToString(),
        ["backup-id"] = manifest.Snapshot.Group.Id,
        ["backup-time"] = manifest.Snapshot.Time.ToUnixTimeSeconds(),
        ["files"] = manifest.Files.Select(static file => (object?)new SerdeObject(Members(file.Extra))
        {
            ["filename"] = file.FileName,
            ["crypt-mode"] = Text(file.CryptMode),
            ["size"] = file.Size,
            ["csum"] = file.Checksum.ToString(),
        }),
    };

    public static SerdeObject Complete(BackupManifest manifest)
    {
        SerdeObject unprotected = new(Members(manifest.Unprotected));
        if (manifest.KeyFingerprint is { } fingerprint)
        {
            unprotected["key-fingerprint"] = fingerprint.ToString();
        }

        SerdeObject complete = Signed(manifest);
        complete["signature"] = manifest.Signature?.ToString();
        complete["unprotected"] = unprotected;
        return complete;
    }

    private static string Text(CryptMode mode) => mode switch
    {
        CryptMode.Encrypt => "encrypt",
        CryptMode.SignOnly => "sign-only",
        _ => "none",
    };

    private static IEnumerable<KeyValuePair<string, object?>> Members(IReadOnlyDictionary<string, JsonElement> members) =>
        members.Select(static member => KeyValuePair.Create(member.Key, (object?)member.Value));
}
