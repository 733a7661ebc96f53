/// Declares what all managers of devices can do: with that state, and constraints of that type. Theirs
/// is a field `device`.
macro_rules! device_manager {
    ($Manager:ident, $State:literal, $Constraints:literal) => {
        #[wasm_bindgen::prelude::wasm_bindgen]
        impl $Manager {
            /// What the device does.
            #[wasm_bindgen(getter, unchecked_return_type = $State)]
            pub fn state(&self) -> wasm_bindgen::JsValue {
                self.device.state()
            }

            /// What {@link disable} does: end the capture, so that its light goes off (`stop-tracks`,
            /// the default), or keep it silent (`disable-tracks`), so that it is back at once.
            #[wasm_bindgen(
                                        getter,
                                        js_name = disableMode,
                                        unchecked_return_type = "'stop-tracks' | 'disable-tracks'"
                                    )]
            pub fn disable_mode(&self) -> wasm_bindgen::JsValue {
                if self.device.keeps() { "disable-tracks" } else { "stop-tracks" }.into()
            }

            #[wasm_bindgen(setter, js_name = disableMode)]
            pub fn set_disable_mode(
                &self,
                #[wasm_bindgen(unchecked_param_type = "'stop-tracks' | 'disable-tracks'")]
                mode: &wasm_bindgen::JsValue,
            ) -> Result<(), wasm_bindgen::JsValue> {
                self.device.set_disable_mode(mode)
            }

            /// Whether leaving the call turns the device off. Default `true`.
            #[wasm_bindgen(getter, js_name = stopOnLeave)]
            pub fn stop_on_leave(&self) -> bool {
                self.device.stops_on_leave()
            }

            #[wasm_bindgen(setter, js_name = stopOnLeave)]
            pub fn set_stop_on_leave(
                &self,
                #[wasm_bindgen(unchecked_param_type = "boolean")] stops: &wasm_bindgen::JsValue,
            ) {
                self.device.set_stops_on_leave(stops.is_truthy());
            }

            /// Turns the device on and, in a joined call, publishes it. Does nothing when it is on.
            ///
            /// @param options `signal` turns it off again, if it is not on yet
            /// @throws {DeviceError} `permission-denied`, `permission-dismissed`, `not-found`,
            /// `in-use`, `overconstrained`, `insecure-context`, `unsupported`, `aborted`
            #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
            pub fn enable(
                &self,
                #[wasm_bindgen(unchecked_optional_param_type = "{ signal?: AbortSignal }")]
                                        options: &wasm_bindgen::JsValue,
            ) -> js_sys::Promise {
                self.device.enable(options)
            }

            /// Mutes it for the others and stops the capture, so that its light goes off.
            #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
            pub fn disable(
                &self,
                #[wasm_bindgen(unchecked_optional_param_type = "boolean | DisableDeviceOptions")]
                options: &wasm_bindgen::JsValue,
            ) -> js_sys::Promise {
                self.device.disable(options)
            }

            /// Turns it on or off, whichever `state.optimisticStatus` is not.
            #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
            pub fn toggle(&self) -> js_sys::Promise {
                self.device.toggle()
            }

            /// Turns it on if it was on before it was turned off.
            #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
            pub fn resume(&self) -> js_sys::Promise {
                self.device.order(crate::core::DeviceOrder::Resume)
            }

            /// The devices of this kind. Asks the user only once somebody subscribes.
            #[wasm_bindgen(js_name = listDevices, unchecked_return_type = "DeviceList")]
            pub fn list_devices(
                &self,
                #[wasm_bindgen(unchecked_optional_param_type = "ListDevicesOptions")]
                options: &wasm_bindgen::JsValue,
            ) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
                self.device.list(options)
            }

            /// The devices of this kind.
            #[wasm_bindgen(unchecked_return_type = "Promise<MediaDeviceInfo[]>")]
            pub fn devices(
                &self,
                #[wasm_bindgen(unchecked_optional_param_type = "ListDevicesOptions")]
                options: &wasm_bindgen::JsValue,
            ) -> js_sys::Promise {
                self.device.devices(options)
            }

            /// Resolves when nothing is under way.
            #[wasm_bindgen(
                                        js_name = statusChangeSettled,
                                        unchecked_return_type = "Promise<void>"
                                    )]
            pub fn status_change_settled(&self) -> js_sys::Promise {
                self.device.settled()
            }

            /// Constraints for every opening from now on, laid over our own.
            #[wasm_bindgen(js_name = setDefaultConstraints)]
            pub fn set_default_constraints(
                &self,
                #[wasm_bindgen(unchecked_param_type = $Constraints)]
                constraints: &wasm_bindgen::JsValue,
            ) -> Result<(), wasm_bindgen::JsValue> {
                self.device.set_constraints(constraints)
            }

            /// Sends everything captured through a filter, after those that were registered before.
            #[wasm_bindgen(
                                        js_name = registerFilter,
                                        unchecked_return_type = "FilterRegistration"
                                    )]
            pub fn register_filter(
                &self,
                #[wasm_bindgen(unchecked_param_type = "MediaFilter")]
                filter: &wasm_bindgen::JsValue,
            ) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
                self.device.register_filter(filter)
            }
        }
    };
}

pub(in crate::api) use device_manager;
