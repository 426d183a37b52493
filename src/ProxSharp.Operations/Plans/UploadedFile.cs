using System.Security.Cryptography;
using ProxSharp.Api;
using ProxSharp.Operations.Policies;
using ProxSharp.Operations.Text;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>Reads what a file that is to be sent holds.</summary>
internal static class UploadedFile
{
    private const string Digest = "sha256";
    private const string Checksum = "checksum";

    /// <summary>What the file is called among the targets of a plan.</summary>
    public static string Key(PlanUpload upload) => $"file {upload.FileName}";

    public static async Task<PlanTarget> ReadAsync(PlannedCall call, PlanUpload upload, CancellationToken cancellationToken)
    {
        FileStream file = Open(upload);
        await using (file.ConfigureAwait(false))
        {
            Dictionary<string, string> identity = new(StringComparer.Ordinal)
            {
                ["file"] = upload.FileName,
                ["size"] = JsonTexts.Number(file.Length),
                [Digest] = await HashAsync(file, cancellationToken).ConfigureAwait(false),
            };
            string name = UntrustedText.Clean(upload.FileName, 120);
            return new PlanTarget(Key(upload), identity, "", new Dictionary<string, string>())
            {
                Policy = new PolicyTarget($"the file {name}") { Node = call.Parameters.Find("node") },
            };
        }
    }

    /// <summary>Lets the server itself compare, where it can: what is written into the file while it is sent is refused there.</summary>
    /// <param name="schema">The API.</param>
    /// <param name="call">The call.</param>
    /// <param name="targets">What it acts on.</param>
    public static PlannedCall WithChecksum(ApiSchema schema, PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (call.Upload is not { } upload || call.Parameters.Find(Checksum) is not null
            || schema.Find(call.Method, call.Path)?.Parameters.ContainsKey(Checksum) != true
            || targets.FirstOrDefault(target => target.Key == Key(upload)) is not { } file)
        {
            return call;
        }

        ApiParameters parameters = [.. call.Parameters];
        parameters.Add(Checksum, file.Identity[Digest]);
        parameters.Add("checksum-algorithm", Digest);
        return call.With(parameters);
    }

    /// <summary>Opens a file whose content is what was planned; it stays open until it is sent.</summary>
    /// <exception cref="GuardRefusedException">The content has changed.</exception>
    public static async Task<FileStream> OpenAsync(PlanUpload upload, PlanTarget planned, CancellationToken cancellationToken)
    {
        FileStream file = Open(upload);
        if (await HashAsync(file, cancellationToken).ConfigureAwait(false) != planned.Identity[Digest])
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw new GuardRefusedException("drift", $"The file {UntrustedText.Clean(upload.FileName, 120)} is not what it was when the plan was made.");
        }

        file.Position = 0;
        return file;
    }

    private static FileStream Open(PlanUpload upload)
    {
        try
        {
            RegularFiles.Check(upload.Path);
            return new FileStream(
                upload.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException("target", $"The file {UntrustedText.Clean(upload.FileName, 120)} cannot be read: {e.Message}", e);
        }
    }

    private static async Task<string> HashAsync(FileStream file, CancellationToken cancellationToken) =>
        Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
}
