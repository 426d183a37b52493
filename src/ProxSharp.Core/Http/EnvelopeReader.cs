using System.Collections.ObjectModel;
using System.Text;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Json;

namespace ProxSharp.Http;

/// <summary>Reads the envelope of successful answers: <c>data</c> and what stands beside it.</summary>
internal static class EnvelopeReader
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="ProxmoxProtocolException">The bytes are no such envelope.</exception>
    public static ApiResponse<T> Read<T>(ApiCall call, string host, ReadOnlySpan<byte> body, ApiReader<T> reader)
    {
        bool isVoid = ReferenceEquals(reader, ApiReaders.Nothing);
        if (body.IsEmpty)
        {
            return isVoid ? new ApiResponse<T>(FromNull(reader)) : throw Broken(call, host, "the answer is empty", 0, null);
        }

        ApiJsonReader json = default;
        try
        {
            json = new ApiJsonReader(body);
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw Broken(call, host, "the answer is no JSON object", 0, null);
            }

            ApiResponse<T>? response = ReadMembers(ref json, reader, out JsonTokenType kind);
            if (json.TokenType != JsonTokenType.EndObject || !IsBlank(body[(int)json.BytesConsumed..]))
            {
                throw Broken(call, host, "the answer goes on after its end", json.BytesConsumed, null);
            }

            if (response is not null && IsDeclared(call, kind) && Missing(response.Data, kind) is { } missing)
            {
                throw Broken(call, host, missing, 0, null);
            }

            return response ?? (isVoid ? new ApiResponse<T>(FromNull(reader)) : throw Broken(call, host, "the answer has no 'data'", 0, null));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            string what = body.TrimStart(" \r\n\t"u8).StartsWith("<"u8)
                ? "the answer is HTML, not JSON; does the address lead to a Proxmox server?"
                : $"the answer is not the JSON it should be, or was cut off ({Excerpt(body)})";
            throw Broken(call, host, what, json.BytesConsumed, exception);
        }
    }

    private static ApiResponse<T>? ReadMembers<T>(ref ApiJsonReader json, ApiReader<T> reader, out JsonTokenType kind)
    {
        bool hasData = false;
        kind = JsonTokenType.None;
        T data = default!;
        long? total = null;
        string? digest = null;
        Dictionary<string, JsonElement>? extra = null;
        while (json.NextMember())
        {
            ReadOnlySpan<byte> name = json.MemberName;
            if (name.SequenceEqual("data"u8))
            {
                kind = json.TokenType;
                data = reader(ref json);
                hasData = true;
            }
            else if (name.SequenceEqual("total"u8))
            {
                total = json.ReadInt64();
            }
            else if (name.SequenceEqual("digest"u8))
            {
                digest = json.ReadString();
            }
            else
            {
                json.ReadExtra(ref extra);
            }
        }

        return !hasData ? null : extra is null
            ? new ApiResponse<T>(data) { Total = total, Digest = digest }
            : new ApiResponse<T>(data) { Total = total, Digest = digest, Extra = new ReadOnlyDictionary<string, JsonElement>(extra) };
    }

    // Some reads of a backup server are declared to have no answer now and then, such as that of settings which nobody has made.
    private static bool IsDeclared(ApiCall call, JsonTokenType kind) => call.IsRead && call.Binding.Schema is { Product: ProxmoxProduct.BackupServer } schema
        && (kind != JsonTokenType.Null || schema.Find(call.Operation.Method, call.Operation.Path) is not { Returns.IsOptional: true });

    /// <summary>
    /// What an answer of a backup server lacks: unlike Proxmox VE, whose Perl writes null and texts for what is empty, it sends what it declares. Null
    /// if nothing is lacking. Anything else taken for a list or an object would be an empty one, and for a truth value false.
    /// </summary>
    private static string? Missing(object? data, JsonTokenType kind) => data switch
    {
        System.Collections.IList when kind != JsonTokenType.StartArray => "it holds no list",
        null or string or ValueType or PropertyStrings.PropertyString or System.Collections.IEnumerable => null,

        // A series in time is a list of its points.
        _ => kind is JsonTokenType.StartObject or JsonTokenType.StartArray ? null : "it holds no object",
    };

    private static T FromNull<T>(ApiReader<T> reader)
    {
        ApiJsonReader json = new("null"u8);
        return reader(ref json);
    }

    private static bool IsBlank(ReadOnlySpan<byte> rest) => rest.IndexOfAnyExcept(" \r\n\t"u8) < 0;

    // The first bytes suffice to recognise what answered; values with secrets come later, if at all.
    private static string Excerpt(ReadOnlySpan<byte> body) =>
        $"it starts '{Encoding.ASCII.GetString(body[..Math.Min(body.Length, 12)]).ReplaceLineEndings(" ")}' and has {body.Length} bytes";

    private static ProxmoxProtocolException Broken(ApiCall call, string host, string what, long offset, Exception? cause)
        => new($"Unable to read the answer to {call} from {host}: {what}", cause) { Offset = offset, OutcomeUnknown = !call.IsRead };
}
