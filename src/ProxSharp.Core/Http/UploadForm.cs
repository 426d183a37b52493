using System.Security.Cryptography;
using System.Text;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>Writes the form in which Proxmox VE takes files.</summary>
/// <remarks>
/// Proxmox: the server reads the form with regular expressions. The boundary must not be quoted in the header, names must be quoted, the
/// disposition must be the first header of the file's part, fields must come before the file, and the file's part is called filename.
/// </remarks>
internal static class UploadForm
{
    private const string FileField = "filename";

    private static readonly string[] s_order = ["content", "checksum-algorithm", "checksum"];

    /// <summary>Adds the file's name to the parameters where the endpoint declares it as one: the schema demands it.</summary>
    public static ApiParameters NameFile(OperationBinding binding, ApiParameters parameters, ApiUpload upload)
    {
        if (binding.Node(FileField) is null || parameters.Find(FileField) is not null)
        {
            return parameters;
        }

        ApiParameters named = new(parameters.Count + 1);
        foreach (ApiParameter parameter in parameters)
        {
            named.Add(parameter);
        }

        named.Add(FileField, upload.FileName);
        return named;
    }

    /// <summary>Makes the body.</summary>
    /// <exception cref="ArgumentException">The file name cannot be sent.</exception>
    public static UploadContent Create(ApiCall call, UploadSource source)
    {
        string name = call.Parameters.Find(FileField) ?? call.Upload!.FileName;
        if (name.Length == 0 || name.AsSpan().IndexOfAny('"', '\\', '/') >= 0 || name.Any(char.IsControl))
        {
            throw new ArgumentException(
                $"'{name}' cannot be the name of an uploaded file: quotes, slashes and control characters are not possible.", nameof(call));
        }

        string boundary = $"ProxSharp-{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        StringBuilder before = new();
        foreach (ApiParameter field in Fields(call))
        {
            before.Append("--").Append(boundary).Append("\r\nContent-Disposition: form-data; name=\"")
                .Append(field.Name).Append("\"\r\n\r\n").Append(field.Text).Append("\r\n");
        }

        before.Append("--").Append(boundary).Append("\r\nContent-Disposition: form-data; name=\"").Append(FileField).Append("\"; filename=\"").Append(name)
            .Append("\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        return new UploadContent(
            source,
            $"multipart/form-data; boundary={boundary}",
            Encoding.UTF8.GetBytes(before.ToString()),
            Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
    }

    private static IEnumerable<ApiParameter> Fields(ApiCall call) => call.Parameters
        .Where(field => field.Name != FileField && !call.Operation.Template.Contains(field.Name))
        .OrderBy(static field => Array.IndexOf(s_order, field.Name) is int place and >= 0 ? place : s_order.Length);
}
