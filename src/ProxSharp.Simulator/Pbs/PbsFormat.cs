using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Turns replies and errors into the formats of the Proxmox Backup Server API.</summary>
internal sealed class PbsFormat(string name)
{
    public bool IsKnown => name is "json" or "extjs";

    public WireResponse Write(ApiReply reply)
    {
        if (reply.Takeover is { } takeover)
        {
            return new WireResponse { Status = 101, Reason = "Switching Protocols", Headers = reply.Headers, HasLength = false, Takeover = takeover };
        }

        if (reply.Raw is { } raw)
        {
            return new WireResponse { Body = raw, ContentType = reply.RawContentType, Headers = reply.Headers, IsChunked = reply.IsStream };
        }

        JsonObject envelope = new() { ["data"] = reply.Data?.DeepClone() };
        foreach ((string key, JsonNode? value) in reply.Siblings ?? [])
        {
            envelope[key] = value?.DeepClone();
        }

        if (name == "extjs")
        {
            envelope["status"] = 200;
            envelope["success"] = true;
        }

        return new WireResponse { Body = PveFormat.Serialize(envelope), ContentType = PveFormat.JsonContentType };
    }

    public WireResponse Write(ApiFault fault)
    {
        if (name != "extjs")
        {
            // Proxmox: the message is plain text although the header says JSON.
            return new WireResponse { Status = fault.Status, Reason = ReasonOf(fault.Status), Body = Encoding.UTF8.GetBytes(Text(fault)), ContentType = PveFormat.JsonContentType };
        }

        JsonObject errors = [];
        foreach ((string parameter, string text) in fault.Errors ?? new Dictionary<string, string>())
        {
            errors[parameter] = text;
        }

        JsonObject envelope = new() { ["errors"] = errors, ["message"] = Text(fault), ["status"] = fault.Status, ["success"] = false };
        return new WireResponse { Body = PveFormat.Serialize(envelope), ContentType = PveFormat.JsonContentType };
    }

    public static string ReasonOf(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        _ => "Internal Server Error",
    };

    private static string Text(ApiFault fault)
    {
        if (fault.Errors is not { Count: > 0 } errors)
        {
            return fault.Message;
        }

        return errors.Count == 1
            ? $"parameter verification failed - '{errors.First().Key}': {errors.First().Value}"
            : "parameter verification failed:\n" + string.Join('\n', errors.Select(static error => $"- '{error.Key}': {error.Value}"));
    }
}
