/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Short forms for json-c.
 */
#ifndef LNLBCTL_JSON_H
#define LNLBCTL_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "names.h"

/**
 * json_put_string() - add a string
 * @obj: JSON object
 * @key: constant
 * @value: copied; null if NULL
 */
void json_put_string(struct json_object *obj, const char *key,
		     const char *value);

/**
 * json_put_uint() - add a number
 * @obj: JSON object
 * @key: constant
 * @value: the number
 */
void json_put_uint(struct json_object *obj, const char *key, uint64_t value);

/**
 * json_put_bool() - add true or false
 * @obj: JSON object
 * @key: constant
 * @value: which
 */
void json_put_bool(struct json_object *obj, const char *key, bool value);

/**
 * json_put_word() - add the word for a value
 * @obj: JSON object
 * @key: constant
 * @words: vocabulary
 * @value: of its enum
 */
void json_put_word(struct json_object *obj, const char *key,
		   const struct lnlb_words *words, unsigned int value);

/**
 * json_put_mac() - add a MAC address
 * @obj: JSON object
 * @key: constant
 * @mac: the address
 */
void json_put_mac(struct json_object *obj, const char *key,
		  const uint8_t mac[LNLB_MAC_LEN]);

/**
 * json_put_out() - print to stdout, without a line end, and free
 * @obj: JSON object or array
 * @flags: JSON_C_TO_STRING_*
 *
 * Return: 0 or -ENOMEM.
 */
int json_put_out(struct json_object *obj, int flags);

/**
 * json_print() - print to stdout, with a line end, and free
 * @obj: JSON object or array
 * @flags: JSON_C_TO_STRING_*
 *
 * Return: 0 or -ENOMEM.
 */
int json_print(struct json_object *obj, int flags);

#endif /* LNLBCTL_JSON_H */
