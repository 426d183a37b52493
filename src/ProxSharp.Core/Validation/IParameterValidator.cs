using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Checks the parameters of a call before it is sent.</summary>
public interface IParameterValidator
{
    /// <summary>Checks the parameters against what an endpoint accepts.</summary>
    /// <param name="endpoint">The endpoint that will be called.</param>
    /// <param name="parameters">All parameters of the call, those of the path included.</param>
    /// <exception cref="ProxmoxValidationException">One or more parameters do not fit; the exception names each of them.</exception>
    void Validate(ApiEndpoint endpoint, ApiParameters parameters);
}
