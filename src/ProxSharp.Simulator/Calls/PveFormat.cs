using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Calls;

/// <summary>Turns replies and errors into one of the formats of the Proxmox VE API (<c>json</c>, <c>extjs</c>, <c>htmljs</c>, <c>spiceconfig</c>).</summary>
internal sealed class PveFormat(string name)
{
    public const string JsonContentType = "application/json;charset=UTF-8";

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsKnown => name is "json" or "extjs" or "htmljs" or "spiceconfig";

    /// <summary>True if errors come with status 200.</summary>
    public bool HidesStatus => name is "extjs" or "htmljs";

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

        if (name == "spiceconfig")
        {
            return SpiceConfig(reply.Data);
        }

        JsonObject envelope = new() { ["data"] = reply.Data?.DeepClone() };
        foreach ((string key, JsonNode? value) in reply.Siblings ?? [])
        {
            envelope[key] = value?.DeepClone();
        }

        if (HidesStatus)
        {
            envelope["success"] = 1;
        }

        return Json(envelope) with { AlwaysCompress = reply.AlwaysCompress };
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

        return Json(envelope) with { Status = fault.Status, Reason = fault.Message.Split('\n')[0] };
    }

    public static byte[] Serialize(JsonNode node)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, s_options))
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

        return new WireResponse { Body = buffer.WrittenSpan.ToArray(), ContentType = JsonContentType };
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
        if (name == "htmljs")
        {
            string escaped = Encoding.UTF8.GetString(body).Replace("&", "&amp;", StringComparison.Ordinal)
                .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
            return new WireResponse { Body = Encoding.UTF8.GetBytes(escaped), ContentType = "text/html;charset=UTF-8" };
        }

        return new WireResponse { Body = body, ContentType = JsonContentType };
    }

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
