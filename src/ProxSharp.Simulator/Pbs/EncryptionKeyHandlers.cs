using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs;

/// <summary>The keys that a backup server keeps: those of tapes, by fingerprint and behind a passphrase, and those of sync jobs, by name.</summary>
internal sealed class EncryptionKeyHandlers(PbsState state)
{
    private const string TapeKeys = "/config/tape-encryption-keys";
    private const string TapeKey = $"{TapeKeys}/{{fingerprint}}";
    private const string SyncKeys = "/config/encryption-keys";
    private const string SyncKey = $"{SyncKeys}/{{id}}";
    private const string Raw = "raw";
    private const string File = "key";
    private const string ArchivedAt = "archived-at";

    public void Register(HandlerTable table)
    {
        table.Get(TapeKeys, _ => new ApiReply { Data = TapeList(), Siblings = new JsonObject { ["digest"] = Digest() } });
        table.Post(TapeKeys, CreateTapeKey);
        table.Get(TapeKey, call => ApiReply.Of(Shown(DemandTapeKey(call))));
        table.Put(TapeKey, ChangeTapeKey);
        table.Delete(TapeKey, RemoveTapeKey);
        table.Get(SyncKeys, ListSyncKeys);
        table.Post(SyncKeys, CreateSyncKey);
        table.Post(SyncKey, Archive);
    }

    private static byte[] Secret(ApiCall call, string name) => Encoding.UTF8.GetBytes(call.Text(name) ?? "");

    private static KeyDerivationKind Kind(ApiCall call) => call.Text("kdf") switch
    {
        "none" => KeyDerivationKind.None,
        "pbkdf2" => KeyDerivationKind.Pbkdf2,
        _ => KeyDerivationKind.Scrypt,
    };

    private static T Refusing<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is BackupKeyException or ProxmoxProtocolException or ArgumentException)
        {
            throw new ApiFault(400, exception.Message);
        }
    }

    /// <summary>A key as the server keeps it: what is shown, how it is kept for people, and itself.</summary>
    internal static JsonObject Stored(KeyFile file, CryptConfig key)
    {
        JsonObject stored = new()
        {
            [File] = Encoding.UTF8.GetString(file.ToJson()),
            [Raw] = Encoding.UTF8.GetString(KeyFile.Create(key, KeyDerivationKind.None, [], file.Created).ToJson()),
            ["created"] = file.Created.ToUnixTimeSeconds(),
            ["modified"] = file.Modified.ToUnixTimeSeconds(),
            ["fingerprint"] = key.Fingerprint.ToString(),
            ["kdf"] = file.Kind.ToString().ToLowerInvariant(),
        };
        if (file.Hint is { } hint)
        {
            stored["hint"] = hint;
        }

        return stored;
    }

    private static JsonObject Shown(JsonObject stored)
    {
        JsonObject shown = stored.DeepClone().AsObject();
        shown.Remove(File);
        shown.Remove(Raw);
        return shown;
    }

    private static KeyFile Read(JsonObject stored, string form) => KeyFile.Parse(Encoding.UTF8.GetBytes(ApiCall.TextOf(stored[form]!)));

    private JsonArray TapeList() => new([.. state.Collections.Items(TapeKeys).Values.Select(static key => (JsonNode)Shown(key))]);

    private string Digest() => Convert.ToHexStringLower(SHA256.HashData(PveFormat.Serialize(TapeList())));

    private void DemandDigest(ApiCall call)
    {
        if (call.Text("digest") is { } digest && digest != Digest())
        {
            throw new ApiFault(400, ApiFault.ConfigurationChanged);
        }
    }

    private ApiReply CreateTapeKey(ApiCall call)
    {
        byte[] password = Secret(call, "password");
        KeyFile? given = Given(call);
        if (given is null)
        {
            DemandProtection(call);
        }

        using CryptConfig key = given is null ? NewKey() : Refusing(() => given.Unlock(password));
        KeyFile file = given ?? Refusing(() => KeyFile.Create(key, Kind(call), password, state.Now, call.Text("hint")));
        string id = key.Fingerprint.ToString();
        if (state.Collections.Find(TapeKeys, id) is not null)
        {
            throw new ApiFault(400, $"encryption key '{id}' already exists.");
        }

        state.Collections.Put(TapeKeys, id, Stored(file, key));
        return ApiReply.Of(id);
    }

    /// <summary>The key file that a call brings; null if the server is to make a key.</summary>
    private static KeyFile? Given(ApiCall call) => call.Text("key") is { } text ? Refusing(() => KeyFile.Parse(Encoding.UTF8.GetBytes(text))) : null;

    private CryptConfig NewKey()
    {
        byte[] bytes = new byte[CryptConfig.KeySize];
        state.Random.NextBytes(bytes);
        return new CryptConfig(bytes);
    }

    // Proxmox: a key that the server keeps for tapes has a passphrase always.
    private static void DemandProtection(ApiCall call)
    {
        if (Kind(call) == KeyDerivationKind.None)
        {
            throw ApiFault.Parameter("kdf", "Please specify a key derivation function (none is not allowed here).");
        }
    }

    private JsonObject DemandTapeKey(ApiCall call) => state.Collections.Find(TapeKeys, call.PathValues["fingerprint"])
        ?? throw new ApiFault(404, $"tape encryption key '{call.PathValues["fingerprint"]}' does not exist.");

    private ApiReply ChangeTapeKey(ApiCall call)
    {
        JsonObject stored = DemandTapeKey(call);
        DemandProtection(call);
        bool isReset = call.IsSet("force");
        if (isReset && !call.Caller.IsRoot)
        {
            throw new ApiFault(403, "resetting the key's passphrase is only allowed for root@pam");
        }

        if (!isReset && !call.Has("password"))
        {
            throw ApiFault.Parameter("password", "Please specify the current passphrase.");
        }

        DemandDigest(call);
        KeyFile file = Read(stored, isReset ? Raw : File);
        byte[] password = isReset ? [] : Secret(call, "password");
        using CryptConfig key = Refusing(() => file.Unlock(password));
        KeyFile changed = Refusing(() => file.ChangePassphrase(password, Kind(call), Secret(call, "new-password"), state.Now, call.Required("hint")));
        state.Collections.Put(TapeKeys, call.PathValues["fingerprint"], Stored(changed, key));
        return ApiReply.Nothing;
    }

    private ApiReply RemoveTapeKey(ApiCall call)
    {
        DemandTapeKey(call);
        DemandDigest(call);
        state.Collections.Remove(TapeKeys, call.PathValues["fingerprint"]);
        return ApiReply.Nothing;
    }

    private ApiReply ListSyncKeys(ApiCall call) => ApiReply.List(state.Collections.Items(SyncKeys)
        .Where(key => state.Permissions.HasAny(call.Caller, $"/system/encryption-keys/{key.Key}", "Sys.Audit", "Sys.Modify"))
        .Where(key => call.IsSet("include-archived") || key.Value[ArchivedAt] is null)
        .Select(static key =>
        {
            JsonObject shown = Shown(key.Value);
            shown["id"] = key.Key;
            return (JsonNode)shown;
        }));

    private ApiReply CreateSyncKey(ApiCall call)
    {
        string id = call.Required("id");
        if (state.Collections.Find(SyncKeys, id) is not null)
        {
            throw new ApiFault(400, $"encryption key '{id}' already exists.");
        }

        KeyFile? given = Given(call);
        using CryptConfig key = given is null ? NewKey() : Refusing(() => given.Unlock());
        state.Collections.Put(SyncKeys, id, Stored(given ?? KeyFile.Create(key, KeyDerivationKind.None, [], state.Now), key));
        return ApiReply.Nothing;
    }

    private ApiReply Archive(ApiCall call)
    {
        string id = call.PathValues["id"];
        JsonObject key = state.Collections.Find(SyncKeys, id) ?? throw new ApiFault(404, $"encryption key '{id}' does not exist.");
        key[ArchivedAt] ??= state.Now.ToUnixTimeSeconds();
        return ApiReply.Nothing;
    }
}
