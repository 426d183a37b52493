using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup benchmark</c>: how fast this machine is at what backups do, beside the table of the official client.</summary>
internal static class BenchmarkVerb
{
    private const int Size = 1 << 20;
    private static readonly ResultShape s_shape = BackupJson.Shape("step", "step", "speed", "reference", "percent");

    /// <summary>Makes the verb.</summary>
    public static Verb Make(RepositoryOptions repository)
    {
        KeyOptions keys = new();
        keys.KeyFile.Description = "Measure encryption with the key in a file [default: one made for it]";
        Option<int?> seconds = new("--seconds") { Description = "How long each step is measured [default: 1]", HelpName = "n" };
        return new Verb("benchmark", "Measure how fast this machine does what backups are made of.", VerbClass.Read, (run, token) => RunAsync(
            run, repository, keys, TimeSpan.FromSeconds(run.Number(seconds, 60) ?? 1), token))
        {
            Calls = ["GET /backup"],
            Details =
                "Speeds are in MB/s on one core over 1 MiB of counted numbers, as the official client measures; reference is what that client calls "
                + "100 %. tls is the upload to the server and is measured only if a repository or datastore is given; nothing is stored.",
            Options = [.. repository.All, keys.KeyFile, keys.Passphrase, seconds],
            Examples =
            [
                new("backup benchmark", "this machine alone"),
                new("backup benchmark --repository backup@pbs!ci@pbs1:store1 -o json", "with the way to the server, for a program"),
            ],
        };
    }

    private static async Task<int> RunAsync(
        VerbRun run, RepositoryOptions repository, KeyOptions keys, TimeSpan time, CancellationToken cancellationToken)
    {
        using CryptConfig? own = run.IsGiven(keys.KeyFile)
            ? await keys.UnlockAsync(run, RepositoryOptions.ReadEnvironment(run.Command), cancellationToken).ConfigureAwait(false)
            : null;
        using CryptConfig key = own ?? CryptConfig.CreateRandom();
        List<Measured> rows = [];
        bool isNamed = run.IsGiven(repository.Repository)
            || run.IsGiven(repository.Datastore)
            || RepositoryOptions.ReadEnvironment(run.Command).Repository is not null;
        if (isNamed)
        {
            BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
            ChangeRules.CheckContext(place.Session.Context);
            if (place.Session.IsGuarded)
            {
                throw new CliException(new CliError
                {
                    Code = "refused",
                    ExitCode = ExitCodes.Refused,
                    Message = "The way to the server is not measured where a policy guards it: that is a conversation that nobody can plan",
                    Hint = "This machine alone is measured without a datastore: prox backup benchmark",
                });
            }

            rows.Add(new Measured("tls", await place.Store.MeasureUploadAsync(time, cancellationToken).ConfigureAwait(false) / 1e6, 1235));
        }

        rows.AddRange(Local(run.Command.Services.Time, key, time, cancellationToken));
        run.Write(BackupJson.List(rows, Write), s_shape);
        return ExitCodes.Success;
    }

    private static IEnumerable<Measured> Local(
        TimeProvider clock, CryptConfig key, TimeSpan time, CancellationToken cancellationToken)
    {
        byte[] data = new byte[Size];
        for (int i = 0; i < data.Length; i += sizeof(uint))
        {
            BitConverter.TryWriteBytes(data.AsSpan(i), (uint)(i / sizeof(uint)));
        }

        double Measure(Action step)
        {
            long start = clock.GetTimestamp();
            long bytes = 0;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                step();
                bytes += Size;
            }
            while (clock.GetElapsedTime(start) < time);
            return bytes / clock.GetElapsedTime(start).TotalSeconds / 1e6;
        }

        byte[] hash = new byte[SHA256.HashSizeInBytes];
        byte[] blob = new byte[DataBlob.GetMaxLength(Size, encrypted: true)];
        byte[] decoded = new byte[Size];
        byte[] nonce = new byte[CryptConfig.NonceSize];
        byte[] tag = new byte[CryptConfig.TagSize];
        using DataBlobEncoder encoder = new();
        using DataBlobDecoder decoder = new();
        BuzhashChunker chunker = new();
        yield return new Measured("sha256", Measure(() => SHA256.HashData(data, hash)), 2022);
        yield return new Measured("compress", Measure(() => encoder.Encode(data, blob, out _)), 752);
        encoder.Encode(data, blob, out int length);
        yield return new Measured("decompress", Measure(() => decoder.DecodeExactly(blob.AsSpan(0, length), decoded)), 1198);
        yield return new Measured("verify", Measure(() =>
        {
            decoder.DecodeExactly(blob.AsSpan(0, length), decoded);
            SHA256.HashData(decoded, hash);
        }), 758);
        yield return new Measured("aes256_gcm", Measure(() => key.Encrypt(nonce, data, decoded, tag)), 3645);
        yield return new Measured("chunker", Measure(() => Cut(chunker, data)), null);
    }

    private static void Cut(BuzhashChunker chunker, ReadOnlySpan<byte> data)
    {
        for (int end = chunker.Scan(data); end > 0 && end < data.Length; end = chunker.Scan(data))
        {
            data = data[end..];
        }
    }

    private static void Write(Utf8JsonWriter json, Measured row)
    {
        json.WriteString("step", row.Step);
        json.WriteNumber("speed", Math.Round(row.Speed, 1));
        if (row.Reference is { } reference)
        {
            json.WriteNumber("reference", reference);
            json.WriteNumber("percent", Math.Round(100 * row.Speed / reference));
        }
    }

    private sealed record Measured(string Step, double Speed, double? Reference);
}
