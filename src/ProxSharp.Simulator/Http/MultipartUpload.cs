using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Http;

/// <summary>
/// Reads a multipart upload the way the Proxmox VE API daemon does: with regular expressions that accept only one way of writing it.
/// The file is hashed while it streams through; it is never kept.
/// </summary>
internal sealed class MultipartUpload(WireRequest request)
{
    private const int MaximumFields = 64 * 1024;

    // Proxmox: whatever the parser does not understand surfaces as this Perl error.
    private const string Failure = "upload failed at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 1370.\n";

    /// <summary>Reads the fields in front of the file, then the file.</summary>
    /// <exception cref="RequestHeadException">The body is not written the way the server understands.</exception>
    public async ValueTask<UploadedFile> ReadAsync(Dictionary<string, JsonNode> parameters, CancellationToken cancellationToken)
    {
        Match boundary = BoundaryPattern.Match(request.Header("Content-Type") ?? "");
        if (!boundary.Success)
        {
            throw new RequestHeadException(500, Failure);
        }

        string delimiter = "--" + boundary.Groups[1].Value;
        (string fileName, byte[] rest) = await ReadFieldsAsync(delimiter, parameters, cancellationToken).ConfigureAwait(false);
        parameters["filename"] = JsonValue.Create(fileName);
        return await ReadFileAsync(delimiter, fileName, rest, parameters, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<(string FileName, byte[] Remainder)> ReadFieldsAsync(string delimiter, Dictionary<string, JsonNode> parameters, CancellationToken cancellationToken)
    {
        using MemoryStream seen = new();
        while (true)
        {
            string text = Encoding.Latin1.GetString(seen.GetBuffer(), 0, (int)seen.Length);
            Match file = FilePattern.Match(text);
            if (file.Success && text[..file.Index].EndsWith(delimiter + "\r\n", StringComparison.Ordinal))
            {
                ReadFields(text[..file.Index], delimiter, parameters);
                string name = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(file.Groups[1].Value));
                return (name, seen.ToArray()[(file.Index + file.Length)..]);
            }

            if (request.Body.IsConsumed || seen.Length > MaximumFields)
            {
                throw new RequestHeadException(500, Failure);
            }

            seen.Write(await request.Body.ReadChunkAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    private static void ReadFields(string text, string delimiter, Dictionary<string, JsonNode> parameters)
    {
        foreach (string part in text.Split(delimiter, StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Trim('\r', '\n').Length == 0)
            {
                continue;
            }

            Match field = FieldPattern.Match(part);
            if (!field.Success)
            {
                throw new RequestHeadException(500, Failure);
            }

            // Proxmox: only these are read; what else is sent is ignored.
            if (field.Groups[1].Value is "content" or "checksum" or "checksum-algorithm")
            {
                parameters[field.Groups[1].Value] = JsonValue.Create(field.Groups[2].Value.Trim());
            }
        }
    }

    private async ValueTask<UploadedFile> ReadFileAsync(
        string delimiter, string fileName, byte[] first, Dictionary<string, JsonNode> parameters, CancellationToken cancellationToken)
    {
        byte[] end = Encoding.Latin1.GetBytes("\r\n" + delimiter);
        string algorithm = parameters.TryGetValue("checksum-algorithm", out JsonNode? named) ? ApiCall.TextOf(named) : "";
        using IncrementalHash? hash = HashFor(algorithm);
        long length = 0;
        byte[] held = first;
        bool found = false;
        while (!found)
        {
            int at = held.AsSpan().IndexOf(end);
            int safe = at >= 0 ? at : Math.Max(0, held.Length - end.Length);
            hash?.AppendData(held, 0, safe);
            length += safe;
            found = at >= 0;
            if (!found && request.Body.IsConsumed)
            {
                throw new RequestHeadException(500, Failure);
            }

            if (!found)
            {
                byte[] next = await request.Body.ReadChunkAsync(cancellationToken).ConfigureAwait(false);
                held = [.. held.AsSpan(safe), .. next];
            }
        }

        while (!request.Body.IsConsumed)
        {
            await request.Body.ReadChunkAsync(cancellationToken).ConfigureAwait(false);
        }

        string? digest = hash is null ? null : Convert.ToHexStringLower(hash.GetHashAndReset());
        return new UploadedFile(fileName, length, wanted => wanted == algorithm ? digest : null);
    }

    private static IncrementalHash? HashFor(string algorithm) => algorithm switch
    {
        "md5" => IncrementalHash.CreateHash(HashAlgorithmName.MD5),
        "sha1" => IncrementalHash.CreateHash(HashAlgorithmName.SHA1),
        "sha256" => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
        "sha384" => IncrementalHash.CreateHash(HashAlgorithmName.SHA384),
        "sha512" => IncrementalHash.CreateHash(HashAlgorithmName.SHA512),
        "sha224" or "" => null,
        _ => null,
    };

    // Proxmox: quotes around the boundary become part of it.
    private static Regex BoundaryPattern => field ??= new("""^multipart/form-data;\s*boundary=([^"\s;]+)$""", RegexOptions.IgnoreCase);

    private static Regex FilePattern => field ??= new(
        """Content-Disposition: form-data; name="filename"; filename="([^"]+)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n""");

    private static Regex FieldPattern => field ??= new(
        """\A\r\nContent-Disposition: form-data; name="([^"]+)"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n\z""",
        RegexOptions.Singleline);
}
