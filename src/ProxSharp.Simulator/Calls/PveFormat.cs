using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Calls;

/// <summary>
/// Turns replies and errors into one of the formats of the Proxmox VE API (<c>json</c>, <c>extjs</c>, <c>htmljs</c>, <c>html</c>,
/// <c>spiceconfig</c>, <c>png</c>).
/// </summary>
internal sealed class PveFormat(string name)
{
    public const string JsonContentType = "application/json;charset=UTF-8";

    private const string HtmlContentType = "text/html;charset=UTF-8";

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_indented = s_options with { Indented = true };

    public bool IsKnown => name is "json" or "extjs" or "htmljs" or "html" or "spiceconfig" or "png";

    /// <summary>True if errors come with status 200.</summary>
    public bool HidesStatus => name is "extjs" or "htmljs";

    /// <summary>What a browser gets that opens the server's address.</summary>
    public static WireResponse StartPage() => HtmlPage(new JsonObject { ["simulated"] = "Proxmox VE" }, 200, "OK");

    public WireResponse Write(ApiReply reply)
    {
        if (reply.Writer is { } write)
        {
            return name is "json" or "extjs" ? Stream(write, reply.SizeHint) : Write(reply with { Writer = null, Data = Built(write) });
        }

        if (reply.Raw is { } raw)
        {
            return new WireResponse
            {
                Body = raw,
                ContentType = reply.RawContentType,
                Headers = reply.Headers,
                HasLength = !reply.IsStream,
                AlwaysCompress = reply.AlwaysCompress,
            };
        }

        return name switch
        {
            "spiceconfig" => SpiceConfig(reply.Data),
            "html" => HtmlPage(new JsonObject { ["data"] = reply.Data?.DeepClone() }, 200, "OK"),
            "png" => Image(reply.Data),
            _ => Json(Envelope(reply)) with { AlwaysCompress = reply.AlwaysCompress },
        };
    }

    private JsonObject Envelope(ApiReply reply)
    {
        JsonObject envelope = new() { ["data"] = reply.Data?.DeepClone() };
        foreach ((string key, JsonNode? value) in reply.Siblings ?? [])
        {
            envelope[key] = value?.DeepClone();
        }

        if (HidesStatus)
        {
            envelope["success"] = 1;
        }

        return envelope;
    }

    public WireResponse Write(ApiFault fault)
    {
        string message = fault.WithoutNewline ? fault.Message : fault.Message.TrimEnd('\n') + "\n";
        JsonObject envelope = new() { ["data"] = null, ["message"] = message };
        if (fault.Errors is { } errors)
        {
            JsonObject map = [];
            foreach ((string parameter, string text) in errors)
            {
                map[parameter] = text;
            }

            envelope["errors"] = map;
        }

        if (HidesStatus)
        {
            envelope["success"] = 0;

            // Proxmox: the status is a text for errors raised on purpose, a number for all others.
            envelope["status"] = fault.Status == 500 ? JsonValue.Create(500) : JsonValue.Create(fault.Status.ToString(CultureInfo.InvariantCulture));
            return Json(envelope);
        }

        string reason = fault.Message.Split('\n')[0];
        return name == "html" ? HtmlPage(envelope, fault.Status, reason) : Json(envelope) with { Status = fault.Status, Reason = reason };
    }

    public static byte[] Serialize(JsonNode node) => Serialize(node, s_options);

    private static byte[] Serialize(JsonNode node, JsonWriterOptions options)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, options))
        {
            node.WriteTo(writer);
        }

        return stream.ToArray();
    }

    private WireResponse Stream(Action<Utf8JsonWriter> write, int sizeHint)
    {
        ArrayBufferWriter<byte> buffer = new(sizeHint);
        using (Utf8JsonWriter writer = new(buffer, s_options))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("data");
            write(writer);
            if (HidesStatus)
            {
                writer.WriteNumber("success", 1);
            }

            writer.WriteEndObject();
        }

        return new WireResponse { Body = buffer.WrittenMemory, ContentType = JsonContentType };
    }

    private static JsonNode? Built(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            write(writer);
        }

        return JsonNode.Parse(buffer.WrittenSpan);
    }

    private WireResponse Json(JsonObject envelope)
    {
        byte[] body = Serialize(envelope);
        return name == "htmljs"
            ? new WireResponse { Body = Encoding.UTF8.GetBytes(Escape(Encoding.UTF8.GetString(body))), ContentType = HtmlContentType }
            : new WireResponse { Body = body, ContentType = JsonContentType };
    }

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    /// <summary>A page that a person can browse.</summary>
    private static WireResponse HtmlPage(JsonObject shown, int status, string reason) => new()
    {
        Status = status,
        Reason = reason,
        ContentType = HtmlContentType,
        Body = Encoding.UTF8.GetBytes(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Proxmox VE API</title></head>\n"
            + $"<body><pre>{Escape(Encoding.UTF8.GetString(Serialize(shown, s_indented)))}</pre></body>\n</html>\n"),
    };

    // Proxmox: pictures come as a text of code points in JSON; data that is no picture gives an empty answer.
    private static WireResponse Image(JsonNode? data) => new()
    {
        Body = data is JsonObject members && members["image"] is JsonValue value && value.TryGetValue(out string? image) ? Encoding.Latin1.GetBytes(image) : [],
        ContentType = "image/png",
    };

    private static WireResponse SpiceConfig(JsonNode? data)
    {
        StringBuilder text = new("[virt-viewer]\n");
        foreach ((string key, JsonNode? value) in data as JsonObject ?? [])
        {
            text.Append(CultureInfo.InvariantCulture, $"{key}={(value is null ? "" : ApiCall.TextOf(value))}\n");
        }

        return new WireResponse { Body = Encoding.UTF8.GetBytes(text.ToString()), ContentType = "application/x-virt-viewer;charset=UTF-8" };
    }
}
