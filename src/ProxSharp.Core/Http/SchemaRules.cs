using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Http;

/// <summary>A schema and the validator made of it; exchanged as one.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Validator">Checks calls against it.</param>
internal sealed record SchemaRules(ApiSchema Schema, IParameterValidator Validator)
{
    public static SchemaRules Of(ApiSchema schema) => new(schema, new ParameterValidator(schema));
}
