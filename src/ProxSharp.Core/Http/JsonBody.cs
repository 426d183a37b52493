using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Json;
using ProxSharp.Schema;

namespace ProxSharp.Http;

/// <summary>Writes parameters as the JSON object that the backup server's POST calls take: numbers, booleans and lists with their own types.</summary>
internal static class JsonBody
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Appends the object.</summary>
    public static void Write(ApiCall call, IBufferWriter<byte> buffer)
    {
        ApiParameters parameters = call.Parameters;
        using Utf8JsonWriter writer = new(buffer, s_options);
        writer.WriteStartObject();
        for (int index = 0; index < parameters.Count; index++)
        {
            ApiParameter parameter = parameters[index];
            if (!call.Operation.Template.Contains(parameter.Name) && !WasBefore(parameters, index))
            {
                writer.WritePropertyName(parameter.Name);
                WriteParameter(writer, parameters, index, call.Binding.Node(parameter.Name));
            }
        }

        writer.WriteEndObject();
    }

    private static bool WasBefore(ApiParameters parameters, int index)
    {
        for (int before = 0; before < index; before++)
        {
            if (parameters[before].Name == parameters[index].Name)
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteParameter(Utf8JsonWriter writer, ApiParameters parameters, int index, ApiNode? node)
    {
        ApiParameter parameter = parameters[index];
        if (!parameter.IsListItem && node?.Type != ApiValueType.Array)
        {
            WriteValue(writer, parameter, node?.Type ?? ApiValueType.Any);
            return;
        }

        writer.WriteStartArray();
        for (int item = index; item < parameters.Count; item++)
        {
            if (parameters[item].Name == parameter.Name)
            {
                WriteValue(writer, parameters[item], node?.Items?.Type ?? ApiValueType.Any);
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, ApiParameter parameter, ApiValueType declared)
    {
        ApiParameterKind kind = (parameter.Kind, declared) switch
        {
            (ApiParameterKind.Text, ApiValueType.Boolean) => ApiParameterKind.Boolean,
            (ApiParameterKind.Text, ApiValueType.Integer or ApiValueType.Number) => ApiParameterKind.Number,
            _ => parameter.Kind,
        };

        // Text that is not what the schema declares goes as it is: the server's complaint is better than a guess.
        if (kind == ApiParameterKind.Boolean && WireBoolean.Parse(parameter.Text) is { } boolean)
        {
            writer.WriteBooleanValue(boolean);
        }
        else if (kind == ApiParameterKind.Number && long.TryParse(parameter.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            writer.WriteNumberValue(whole);
        }
        else if (kind == ApiParameterKind.Number
            && double.TryParse(parameter.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(parameter.Text);
        }
    }
}
